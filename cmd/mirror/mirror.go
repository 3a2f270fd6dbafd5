package main

import (
	"context"
	"io"
	"log/slog"
	"slices"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/copyview"
	"ecrmirror/internal/jobledger"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/output"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/program"
	"ecrmirror/internal/progress"
	"ecrmirror/internal/transient"
)

// mirrorImage copies the image, tells meanwhile how it goes, and prints the report. Where the configuration is
// right, its error is a *program.Failure.
func mirrorImage(ctx context.Context, c *config, reporter *progress.Reporter, stdout, stderr io.Writer) error {
	budget := chunked.NewBudget(c.budget.Value())
	log := c.log(stderr)
	program.CaptureLog(log)
	ledger, err := c.open(ctx, budget, log, stderr)
	if err != nil {
		return err
	}
	copier := mirror.New(c.gate.Images, mirror.Options{
		Budget: budget, Transient: transient.Is, Log: log, Progress: reporter, Gate: &c.gate, Guard: guard(ledger),
		LeastRate: c.leastRate(), ReadOnce: c.readOnce,
	})
	report := copier.Copy(ctx, c.request)
	reporter.Close() // nothing about how it goes after what it came to
	c.record(ctx, ledger, report)
	if c.format.JSON() {
		err := copyview.WriteJSON(stdout, report)
		return program.NotPrinted(failure(report), err)
	}
	err = copyview.WriteText(stdout, output.PaletteFor(stdout, c.getenv), report, ctx.Err() != nil)
	return program.NotPrinted(failure(report), err)
}

// open opens the registries, unless nothing may be copied, and returns the ledger to keep, nil for none.
func (c *config) open(
	ctx context.Context, budget *chunked.Budget, log *slog.Logger, stderr io.Writer,
) (*jobledger.Ledger, error) {
	source, destinations := c.request.Images[0].Source.Name, c.request.DestinationNames()
	if c.ledger == "" && !c.gate.Anything(ctx, source, destinations) {
		return nil, nil
	}
	c.registries.LeastRate = c.leastRate()
	cfg, err := program.AWSConfig(ctx)
	if err != nil {
		return nil, err
	}
	ledger, err := c.openLedger(cfg, c.warnings(stderr))
	if err != nil {
		return nil, err
	}
	c.gate.Images, err = c.registries.Open(ctx, cfg, budget, log)
	return ledger, err
}

// log returns the log of each step, in the form of what else is written beside it.
func (c *config) log(stderr io.Writer) *slog.Logger {
	if !c.verbose {
		return slog.New(slog.DiscardHandler)
	}
	return c.logFrom(slog.LevelDebug, stderr)
}

// warnings returns the log of what is to be seen without --verbose, too.
func (c *config) warnings(stderr io.Writer) *slog.Logger {
	if c.verbose {
		return c.logFrom(slog.LevelDebug, stderr)
	}
	return c.logFrom(slog.LevelWarn, stderr)
}

func (c *config) logFrom(level slog.Level, stderr io.Writer) *slog.Logger {
	if c.progressMode() == progress.JSON {
		return printable.JSONLog(stderr, level)
	}
	return printable.TextLog(stderr, level)
}

// failure returns what failed, as a *program.Failure. Another try is worth it if a
// single destination gains by it.
func failure(report *mirror.Report) error {
	err := report.Err()
	if err == nil {
		return nil
	}
	transient := slices.ContainsFunc(report.Results, func(r mirror.Result) bool { return r.Transient })
	return &program.Failure{Err: err, Transient: transient}
}
