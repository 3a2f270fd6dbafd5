package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/filesync"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
	"ecrmirror/internal/sleep"
	"ecrmirror/internal/syncmetrics"
)

// watching does the entries again and again, and answers questions about it meanwhile, until ctx ends.
func (s *session) watching(ctx context.Context) error {
	metrics := syncmetrics.New(s.watch)
	if s.listen == "" {
		return s.rounds(ctx, metrics)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.listen)
	if err != nil {
		return &program.Failure{Err: fmt.Errorf("--listen: %w", err)} // another try finds it taken as well
	}
	_ = output.Line(s.std.err, "mirror: /metrics and /healthz are at %s", listener.Addr())
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error { return metrics.Serve(ctx, listener) })
	both.Go(func() error { return s.rounds(ctx, metrics) })
	return both.Wait()
}

// rounds does round after round until ctx ends. What is wrong with a round is told, and the next may do better.
func (s *session) rounds(ctx context.Context, metrics *syncmetrics.Metrics) error {
	for {
		report, err := s.another(ctx, metrics.Alive)
		switch {
		case err != nil && ctx.Err() != nil:
			return program.Fail(context.Cause(ctx))
		case err != nil:
			s.log.ErrorContext(ctx, "round failed", "reason", err.Error())
			report = &filesync.Report{Began: time.Now(), Err: err}
		default:
			s.tell(ctx, report)
		}
		metrics.Round(report)
		_ = sleep.For(ctx, jittered(s.watch))
		if ctx.Err() != nil { // in a round, too, that went to its end
			return program.Fail(context.Cause(ctx))
		}
	}
}

// another reads the files, and does a round.
func (s *session) another(ctx context.Context, alive func()) (*filesync.Report, error) {
	of, err := s.read(ctx, s.std.in)
	if err != nil {
		return nil, err
	}
	return s.round(ctx, of, alive)
}

// tell prints what a round came to. That it can't be printed stops nothing: images are mirrored all the same.
func (s *session) tell(ctx context.Context, report *filesync.Report) {
	for _, err := range bounded(report.Failures()) {
		s.log.ErrorContext(ctx, "failed", "reason", err.Error())
	}
	if report.Err != nil {
		s.log.ErrorContext(ctx, "round stopped", "reason", report.Err.Error())
	}
	if err := s.print(s.std.out, report); err != nil {
		s.log.ErrorContext(ctx, "round not printed", "reason", err.Error())
	}
}

// jitterPart is by which part of the interval rounds come earlier or later, so that many watchers of one registry do
// not all come at once.
const jitterPart = 10

// jittered returns an interval, give or take a part.
func jittered(interval time.Duration) time.Duration {
	spread := interval / jitterPart
	return interval - spread + rand.N(2*spread+1) //nolint:gosec // nothing depends on that it can't be guessed
}
