package controller

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/table"
)

// defaultConcurrency is what common registries bear from one client without limiting its rate.
const defaultConcurrency = 16

// defaultLookUpTimeout is longer than the AWS SDK's retries on throttling take.
const defaultLookUpTimeout = 2 * time.Minute

// A run is one sweep, event or plan.
type run struct {
	*Controller
	log      *slog.Logger
	now      time.Time
	lookUps  lookUps
	mu       sync.Mutex // guards what follows
	report   Report
	pending  []pending     // jobs to be submitted
	inFlight jobs.InFlight // nil until the first job is to be submitted
	blind    error         // why the jobs in flight could not be listed; nothing can be submitted then
}

func (c *Controller) start() *run {
	r := &run{Controller: c, log: c.Log, now: time.Now()}
	if c.Now != nil {
		r.now = c.Now()
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	r.lookUps = lookUps{digests: c.Digests, timeout: c.LookUpTimeout, calls: map[imagename.Name]*call{}}
	if r.lookUps.timeout <= 0 {
		r.lookUps.timeout = defaultLookUpTimeout
	}
	return r
}

// judge decides about every entry, several at a time, and hands each decision to
// take, one at a time and in no particular order, after adding it to the report.
// It ends early if take returns an error or ctx ends; an error of the entries'
// own ends it after what came before.
func (r *run) judge(parent context.Context, entries iter.Seq2[table.Entry, error], take func(context.Context, Decision) error) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	concurrency := r.Concurrency
	if concurrency <= 0 {
		concurrency = defaultConcurrency
	}
	slots := make(chan struct{}, concurrency)
	var wg sync.WaitGroup
	var end error
	for entry, err := range entries {
		var bad *table.EntryError
		if err != nil && !errors.As(err, &bad) {
			end = err
			break
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := r.one(ctx, entry, bad, take); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return end
}

// one decides about one entry, or about the bad item that stands for one.
func (r *run) one(ctx context.Context, entry table.Entry, bad *table.EntryError, take func(context.Context, Decision) error) error {
	var d Decision
	if bad != nil {
		d = Decision{Source: bad.Source, Err: bad.Err}
	} else {
		d = decide(entry, func(name imagename.Name) (digest.Digest, error) { return r.lookUps.digest(ctx, name) })
	}
	// What was being looked up when ctx ended did not fail by itself.
	if ctx.Err() != nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.add(d)
	r.logDecision(d)
	return take(ctx, d)
}

func (r *run) logDecision(d Decision) {
	if d.Err != nil {
		r.log.Error("entry failed", "source", d.Source, "error", d.Err)
		return
	}
	for _, dest := range d.Destinations {
		if dest.State == Failed {
			r.log.Error("destination failed", "source", d.Source, "destination", dest.Name, "error", dest.Err)
			continue
		}
		r.log.Debug("compared", "source", d.Source, "digest", d.Digest, "destination", dest.Name, "state", dest.State, "reason", dest.Reason())
	}
}
