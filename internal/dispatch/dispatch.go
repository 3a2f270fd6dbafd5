// Package dispatch does what a trigger asks for: it sweeps the table, or looks at the entries that an event names. It
// says what that came to: a summary, metrics, and whether another try may help.
package dispatch

import (
	"context"
	"errors"
	"io"
	"iter"
	"log/slog"
	"slices"
	"time"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/program"
	"ecrmirror/internal/table"
	"ecrmirror/internal/trigger"
)

// Entries are the entries that events name. [table.Table] implements it, and says which errors there are.
type Entries interface {
	Named(ctx context.Context, sources []string, now time.Time) iter.Seq2[entry.Entry, error]
}

// A Dispatcher does what triggers ask for. It is safe for concurrent use.
type Dispatcher struct {
	Entries Entries
	// Open returns a controller that is wired to AWS and the registries, and what closes its connections. It is called
	// when a controller is first needed, and again when that is older than 5 minutes: logins are read anew then.
	Open  func(ctx context.Context, log *slog.Logger) (ctl *controller.Controller, closeAll func(), err error)
	Limit time.Duration // for which a sweep looks at entries; see [controller.Controller]
	// Metrics gets the metrics of each sweep, with the dimension Table; nil is none.
	Metrics io.Writer
	Table   string // name of the table

	opened opened
}

// A Result is what a trigger came to.
type Result struct {
	Summary string  // one line; "" if there is nothing to tell but the error
	Idle    bool    // there was nothing to do
	Err     error   // that of the program: its exit code is [program.ExitCode]
	Partial bool    // Err is about entries of a sweep, and would be the same on another try
	Causes  []error // what failed, where Err only counts it; not all where they are many
}

// Dispatch does what an event asks for.
func (d *Dispatcher) Dispatch(ctx context.Context, log *slog.Logger, e trigger.Event) Result {
	switch e.Kind {
	case trigger.Push:
		return d.push(ctx, log, e)
	case trigger.Schedule:
		return d.Sweep(ctx, log)
	}
	log.Debug("event ignored", "reason", e.Reason, "event", e.ID, "repository", e.Repository, "digest", e.Digest)
	return Result{Summary: "nothing to do: " + e.Reason, Idle: true}
}

// Sweep sweeps the table.
func (d *Dispatcher) Sweep(ctx context.Context, log *slog.Logger) Result {
	ctl, err := d.controller(ctx, log)
	if err != nil {
		return Result{Err: err}
	}
	ctl.Limit = within(ctx, d.Limit)
	report, err := ctl.Sweep(ctx)
	result := concluded(report, err)
	result.Partial = err == nil && program.ExitCode(result.Err) == contract.ExitFailed
	if result.Summary != "" && d.Metrics != nil {
		if err := writeMetrics(d.Metrics, time.Now(), d.Table, report); err != nil {
			result.Err, result.Partial = program.NotPrinted(result.Err, err), false
		}
	}
	return result
}

const (
	// leastLimit leaves time for a wave or two.
	leastLimit = time.Second
	// reserved is which part of what is left until a deadline is for what comes after the limit: jobs and statuses.
	reserved = 10
)

// within returns the limit of a sweep, or less where the context has a deadline, as a Lambda function's invocation has.
func within(ctx context.Context, limit time.Duration) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return limit
	}
	left := time.Until(deadline)
	return max(leastLimit, min(limit, left-left/reserved))
}

// push does for the entries whose source was pushed what a sweep does for all. Only where there
// is one does it do more than the one read of the table.
func (d *Dispatcher) push(ctx context.Context, log *slog.Logger, e trigger.Event) Result {
	sources, err := e.Sources()
	if err != nil {
		return Result{Err: err}
	}
	found, err := d.pushed(ctx, log, sources, e.Selections())
	if err != nil {
		return Result{Err: program.Fail(err)}
	}
	if len(found) == 0 {
		log.Debug("no entry for the push", "source", sources[0], "event", e.ID)
		return Result{Summary: "nothing to do: no entry for " + sources[0], Idle: true}
	}
	ctl, err := d.controller(ctx, log)
	if err != nil {
		return Result{Err: err}
	}
	report, err := ctl.Event(ctx, e.Image(), all(found))
	return concluded(report, err)
}

// a foundEntry is an entry that an event names, or what is wrong with it.
type foundEntry struct {
	entry entry.Entry
	err   error
}

// named reads the entries that have one of the sources and have not expired.
func (d *Dispatcher) named(ctx context.Context, log *slog.Logger, sources []string) ([]foundEntry, error) {
	var found []foundEntry
	for e, err := range d.Entries.Named(ctx, sources, time.Now()) {
		var bad *entry.Error
		switch {
		case errors.Is(err, table.ErrExpired):
			log.Info("nothing to do", "source", e.Source, "reason", err.Error())
			continue
		case err != nil && !errors.As(err, &bad):
			return nil, err
		}
		found = append(found, foundEntry{e, err})
	}
	return found, nil
}

// pushed reads the entries of an image, and the selections that it may belong to. It is one read, unless the repository
// has a long path.
func (d *Dispatcher) pushed(
	ctx context.Context, log *slog.Logger, images, selections []string,
) (found []foundEntry, err error) {
	sources := slices.Clone(images)
	for _, s := range selections {
		if !slices.Contains(images, s) {
			sources = append(sources, s)
		}
	}
	for some := range slices.Chunk(sources, table.MaxNamed) {
		there, err := d.named(ctx, log, some)
		if err != nil {
			return nil, err
		}
		for _, f := range there {
			if f.entry.IsSelection() || slices.Contains(images, f.source()) {
				found = append(found, f)
			}
		}
	}
	return found, nil
}

// source returns the key of the entry.
func (f foundEntry) source() string {
	if bad, ok := errors.AsType[*entry.Error](f.err); ok {
		return bad.Source
	}
	return f.entry.Source
}

func all(found []foundEntry) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		for _, f := range found {
			if !yield(f.entry, f.err) {
				return
			}
		}
	}
}
