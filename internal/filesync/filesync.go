// Package filesync does the entries of files at once, in this process: by the controller's own stages, with files in
// the place of the table and copies in the place of jobs.
package filesync

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/claims"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/jobledger"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/local"
	"ecrmirror/internal/staleness"
)

// gatherFor is how long images of a repository wait for others that a request may bring with them.
const gatherFor = 50 * time.Millisecond

// A Ledger keeps what is known of images between rounds.
type Ledger interface {
	controller.Ledger
	jobledger.Table
}

// A Sync does rounds over entries.
type Sync struct {
	Digests    controller.Digests           // required
	Selections func() controller.Selections // required; for one round
	Copier     local.Copier                 // required but for Plan
	Allowed    controller.Allowed           // what may be mirrored; nil = everything
	Ledger     Ledger                       // nil = nothing is remembered
	LedgerName string                       // for warnings
	// Artifacts tells what belongs to images that came later; nil = nobody asks. It takes a ledger. ArtifactFilter is
	// what comes with images of entries that don't say it.
	Artifacts      staleness.Images
	ArtifactFilter artifacts.Filter
	Retry          bool // copies at once what failed a short time ago
	Jobs           int  // requests that are carried out at a time; required but for Plan
	// KeepGoing goes on where something fails. Otherwise the first failure stops what is under way, and nothing more is
	// begun.
	KeepGoing bool
	// CreatesRepositories says that copies create repositories of Amazon ECR that are missing.
	CreatesRepositories bool
	CreateHint          string        // ends the error about one that is missing: how to have it created
	RetryHint           string        // ends the error about what failed a short time ago: how to have it tried
	Limit               time.Duration // as in [controller.Controller]
	Alive               func()        // is called where a round has done with an image; nil = nobody asks
	Log                 *slog.Logger  // required
}

// Entries are those of some files. It implements [controller.Entries].
type Entries struct {
	All  []entry.Entry
	Some []entry.Entry // those that a round does; the others may be in their way
}

// ErrFirst is why nothing more is done after the first failure. It counts as [context.Canceled].
var ErrFirst error = firstError{}

type firstError struct{}

func (firstError) Error() string { return "stopped at the first failure" }

// Is makes the error count as context.Canceled.
func (firstError) Is(target error) bool { return target == context.Canceled }

// Round does entries, and returns when all requests have ended. If ctx ends, what is under way is stopped, and the
// report says what was left.
func (s *Sync) Round(parent context.Context, of Entries) *Report {
	ctx, stop := context.WithCancelCause(parent)
	defer stop(nil)
	r := newRound(s, stop)
	recorded := r.record(ctx)
	queue := local.Start(ctx, s.Copier, s.Jobs, r.ended)
	ctl := s.controller()
	ctl.Jobs, ctl.Found, ctl.GatherFor, ctl.Together = queue, r.found, gatherFor, true
	if s.Ledger != nil {
		ctl.Claims = &claims.Claimer{Ledger: s.Ledger, Jobs: queue, Now: time.Now, ID: rand.Text}
	}
	ctl.Entries = good(of.All)
	report, err := s.sweep(ctx, ctl, of)
	queue.Wait()
	recorded()
	if err == nil && ctx.Err() != nil { // while copies were under way
		err = context.Cause(ctx)
	}
	return r.report(of, queue.Requests(), report, err)
}

func (s *Sync) sweep(ctx context.Context, ctl controller.Controller, of Entries) (controller.Report, error) {
	if len(of.Some) == len(of.All) {
		return ctl.Sweep(ctx)
	}
	return ctl.SweepOf(ctx, good(of.Some).All(ctx, time.Now()))
}

// Plan returns what a round would find, by sources, and changes nothing.
func (s *Sync) Plan(ctx context.Context, of Entries) ([]entry.Result, controller.Report, error) {
	ctl := s.controller()
	ctl.Entries, ctl.Found = good(of.All), func(entry.Result) {} // the plan says it all
	var results []entry.Result
	var report controller.Report
	var err error
	if len(of.Some) == len(of.All) {
		results, report, err = ctl.Plan(ctx)
	} else {
		results, report, err = ctl.PlanOf(ctx, good(of.Some).All(ctx, time.Now()))
	}
	for _, r := range results {
		for i := range r.Destinations {
			r.Destinations[i].Err = s.hinted(r.Destinations[i].Err)
		}
	}
	return results, report, err
}

// hinted returns an error of a destination; of a repository that is missing with how to have it created.
func (s *Sync) hinted(err error) error {
	if _, ok := errors.AsType[interface {
		error
		CreateCommand() string
	}](err); ok && s.CreateHint != "" {
		return fmt.Errorf("%w %s", err, s.CreateHint)
	}
	if _, ok := errors.AsType[*ledger.FailedError](err); ok && s.RetryHint != "" {
		return fmt.Errorf("%w %s", err, s.RetryHint)
	}
	return err
}

// controller returns what a round and a plan have in common.
func (s *Sync) controller() controller.Controller {
	ctl := controller.Controller{
		Digests: s.Digests, Selections: s.Selections, Allowed: s.Allowed, Retry: s.Retry, Limit: s.Limit,
		CreatesRepositories: s.CreatesRepositories, Log: s.Log,
		Artifacts: s.Artifacts, ArtifactFilter: s.ArtifactFilter,
	}
	if s.Ledger != nil {
		ctl.Ledger = s.Ledger
	}
	return ctl
}

// good are the entries of a list that have not expired.
type good []entry.Entry

// All implements [controller.Entries].
func (g good) All(_ context.Context, now time.Time) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		for _, e := range g {
			if !e.ExpiredBy(now) && !yield(e, nil) {
				return
			}
		}
	}
}

// count returns how many of the entries have not expired.
func (g good) count(now time.Time) (n int) {
	for _, e := range g {
		if !e.ExpiredBy(now) {
			n++
		}
	}
	return n
}

// Count returns how many entries are done at a time: those that have not expired by then.
func (e Entries) Count(now time.Time) int { return good(e.Some).count(now) }
