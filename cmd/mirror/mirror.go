package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"time"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/copyview"
	"ecrmirror/internal/jobledger"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
	"ecrmirror/internal/progress"
	"ecrmirror/internal/request"
	"ecrmirror/internal/transient"
)

// mirrorImages copies the images, tells meanwhile how it goes, and prints the reports. Where the configuration is
// right, its error is a *program.Failure.
func mirrorImages(ctx context.Context, c *config, reporter *progress.Reporter, stdout, stderr io.Writer) error {
	budget := chunked.NewBudget(c.budget.Value())
	log := c.log(stderr)
	program.CaptureLog(log)
	ledger, err := c.open(ctx, budget, log, stderr)
	if err != nil {
		return err
	}
	copier := mirror.New(c.gate.Images, mirror.Options{
		Budget: budget, Transient: transient.Is, Log: log, Progress: reporter, Gate: &c.gate, Guard: guard(ledger),
		LeastRate: c.leastRate(), ReadOnce: c.readOnce, BeginWithin: c.beginWithin(),
		Artifacts: mirror.ArtifactOptions{Filter: c.artifactFilter}, Receipts: c.puts,
		Verifier: c.verifier(c.aws), Verify: c.verifyPolicy,
	})
	record, wait := c.recorder(ctx, ledger)
	reports := make([]*mirror.Report, len(c.request.Images))
	copier.Copy(ctx, c.request, func(n int, report *mirror.Report) {
		reports[n] = report
		record(report)
	})
	wait()
	reporter.Close() // nothing about how it goes after what it came to
	if c.format.JSON() {
		err := copyview.WriteJSON(stdout, reports)
		return program.NotPrinted(failure(reports), err)
	}
	err = copyview.WriteText(stdout, output.PaletteFor(stdout, c.getenv), reports, ctx.Err() != nil)
	return program.NotPrinted(failure(reports), err)
}

// beginWithin returns how long images are begun, 0 for as long as it takes. A job makes way for others, and its next
// attempt goes on.
func (c *config) beginWithin() time.Duration {
	if c.getenv(envJob) == "" {
		return 0
	}
	return time.Hour
}

// open opens the registries, unless nothing may be copied, and returns the ledger to keep, nil for none.
func (c *config) open(
	ctx context.Context, budget *chunked.Budget, log *slog.Logger, stderr io.Writer,
) (*jobledger.Ledger, error) {
	if c.ledger == "" && !c.mayCopy(ctx) {
		return nil, nil
	}
	c.registries.LeastRate = c.leastRate()
	var err error
	if c.aws, err = program.AWSConfig(ctx); err != nil {
		return nil, err
	}
	ledger, err := c.openLedger(c.aws, c.warnings(stderr))
	if err != nil {
		return nil, err
	}
	registries, err := c.registries.Open(ctx, c.aws, budget, log)
	if err != nil {
		return nil, err
	}
	c.gate.Images = registries
	c.puts, err = newReceipts(c.aws, c.receiptKey, registries)
	return ledger, err
}

// mayCopy reports whether something may be copied.
func (c *config) mayCopy(ctx context.Context) bool {
	return slices.ContainsFunc(c.request.Images, func(image request.Image) bool {
		return c.gate.Anything(ctx, image.Source.Name, c.request.DestinationsOf(image))
	})
}

// failure returns what failed, as a *program.Failure. Another try is worth it if a single destination of an image gains
// by it.
func failure(reports []*mirror.Report) error {
	var errs []error
	transient := false
	for _, report := range reports {
		errs = append(errs, report.Err())
		transient = transient ||
			slices.ContainsFunc(report.Results, func(r mirror.Result) bool { return r.Transient })
	}
	err := errors.Join(errs...)
	if err == nil {
		return nil
	}
	return &program.Failure{Err: err, Transient: transient}
}
