package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/spf13/cobra"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
	"ecrmirror/internal/table"
	"ecrmirror/internal/trigger"
)

// event does what one event asks for.
func (c *config) event(cmd *cobra.Command) error {
	if c.eventFile == "" && c.tag == "" && cmd.Flags().Changed("tag") {
		// EventBridge fills in nothing where a push has no tag.
		return program.NotPrinted(nil, output.Line(cmd.OutOrStdout(), "the push has no tag: nothing to do"))
	}
	if err := c.checkEvent(); err != nil {
		return err
	}
	ctx := cmd.Context()
	cfg, err := c.openAWS(ctx)
	if err != nil {
		return err
	}
	event, err := c.asked(cmd, cfg)
	if err != nil {
		return err
	}
	h := newHandler(c, cfg, cmd.OutOrStdout())
	done := h.handle(ctx, c.newLog(cmd.ErrOrStderr()), event)
	if done.summary == "" {
		return done.err
	}
	return program.NotPrinted(done.err, output.Line(cmd.OutOrStdout(), "%s", done.summary))
}

// asked returns the event that the command line is about.
func (c *config) asked(cmd *cobra.Command, cfg aws.Config) (trigger.Event, error) {
	if c.eventFile == "" {
		home, err := homeRegistry(cmd.Context(), cfg, c.account)
		return trigger.Event{Kind: trigger.Push, Registry: home, Repository: c.repository, Tag: c.tag}, err
	}
	payload, err := readEvent(cmd, c.eventFile)
	if err != nil {
		return trigger.Event{}, program.Fail(fmt.Errorf("reading the event: %w", err))
	}
	event, err := trigger.Parse(payload)
	if err != nil {
		return event, program.Fail(err)
	}
	return event, nil
}

// maxEvent is how many bytes an event may have: four times those that EventBridge takes.
const maxEvent = 1 << 20

func readEvent(cmd *cobra.Command, file string) ([]byte, error) {
	in := cmd.InOrStdin()
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	payload, err := io.ReadAll(io.LimitReader(in, maxEvent+1))
	if err == nil && len(payload) > maxEvent {
		err = fmt.Errorf("it has more than %d bytes", maxEvent)
	}
	return payload, err
}

// A handler handles events. It is safe for concurrent use.
type handler struct {
	config  *config
	aws     aws.Config
	entries *table.Table
	stdout  io.Writer // for metrics
	opened  opened
}

func newHandler(c *config, cfg aws.Config, stdout io.Writer) *handler {
	return &handler{config: c, aws: cfg, entries: table.New(dynamodb.NewFromConfig(cfg), c.table), stdout: stdout}
}

// handled is what an event came to.
type handled struct {
	summary string  // one line; "" if there is nothing to tell but the error
	idle    bool    // there was nothing to do
	err     error   // that of the program
	partial bool    // err is about entries of a sweep, and would be the same on another try
	causes  []error // what failed, where err only counts it; not all where they are many
}

// handle does what an event asks for.
func (h *handler) handle(ctx context.Context, log *slog.Logger, e trigger.Event) handled {
	switch e.Kind {
	case trigger.Push:
		return h.push(ctx, log, e)
	case trigger.Schedule:
		return h.sweep(ctx, log)
	}
	log.Debug("event ignored", "reason", e.Reason, "event", e.ID, "repository", e.Repository, "digest", e.Digest)
	return handled{summary: "nothing to do: " + e.Reason, idle: true}
}

// push does for the entries whose source was pushed what a sweep does for all. Only where there
// is one does it do more than the one read of the table.
func (h *handler) push(ctx context.Context, log *slog.Logger, e trigger.Event) handled {
	sources, err := e.Sources()
	if err != nil {
		return handled{err: err}
	}
	found, err := h.named(ctx, log, sources)
	if err != nil {
		return handled{err: program.Fail(err)}
	}
	if len(found) == 0 {
		log.Debug("no entry for the push", "source", sources[0], "event", e.ID)
		return handled{summary: "nothing to do: no entry for " + sources[0], idle: true}
	}
	ctl, err := h.controller(ctx, log)
	if err != nil {
		return handled{err: err}
	}
	report, err := ctl.Event(ctx, all(found))
	return concluded(report, err)
}

// a foundEntry is an entry that an event names, or what is wrong with it.
type foundEntry struct {
	entry entry.Entry
	err   error
}

// named reads the entries that have one of the sources and have not expired.
func (h *handler) named(ctx context.Context, log *slog.Logger, sources []string) ([]foundEntry, error) {
	var found []foundEntry
	for e, err := range h.entries.Named(ctx, sources, time.Now()) {
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

func all(found []foundEntry) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		for _, f := range found {
			if !yield(f.entry, f.err) {
				return
			}
		}
	}
}

// sweep sweeps the table.
func (h *handler) sweep(ctx context.Context, log *slog.Logger) handled {
	ctl, err := h.controller(ctx, log)
	if err != nil {
		return handled{err: err}
	}
	ctl.Limit = h.config.limitWithin(ctx)
	report, err := ctl.Sweep(ctx)
	done := concluded(report, err)
	done.partial = err == nil && program.ExitCode(done.err) == contract.ExitFailed
	if done.summary != "" {
		if err := h.config.writeMetrics(h.stdout, time.Now(), report); err != nil {
			done.err, done.partial = program.NotPrinted(done.err, err), false
		}
	}
	return done
}

// maxCauses is how many causes are told of: a push with more concerns has all of them in the log.
const maxCauses = 5

// concluded is what a run came to; it has a summary unless the run ended before it began.
func concluded(report controller.Report, err error) handled {
	done := handled{err: outcome(report, err)}
	if err == nil {
		done.causes = report.Errors[:min(len(report.Errors), maxCauses)]
	}
	if err == nil || report.Entries > 0 {
		done.summary = report.String()
	}
	return done
}

// reserved is which part of what is left of an invocation is for what comes after the limit: jobs and statuses.
const reserved = 10

// limitWithin returns the limit of a sweep, or less where the time of a Lambda function's invocation is up before.
func (c *config) limitWithin(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return c.limit.Value()
	}
	left := time.Until(deadline)
	return max(leastLimit, min(c.limit.Value(), left-left/reserved))
}
