package controller

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"sync"
	"time"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/table"
)

// A run is one sweep, event or plan.
type run struct {
	*Controller
	log      *slog.Logger
	clock    func() time.Time
	now      time.Time // when it began
	memory   *memory
	recorder Recorder // nil = no status is written

	lazy      bool            // conflicts are looked for once something is to be submitted
	reading   sync.Mutex      // held while they are
	conflicts *conflict.Found // among all entries of the table; nil = not known yet

	mu     sync.Mutex // guards what follows
	report Report

	queue    chan pending
	inFlight jobs.InFlight // nil until the first job is to be submitted
}

func (c *Controller) start() *run {
	r := &run{Controller: c, log: c.Log, clock: c.Now, memory: newMemory(), queue: make(chan pending, batchSize)}
	if r.clock == nil {
		r.clock = time.Now
	}
	r.now = r.clock()
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	return r
}

// judge decides about every entry, wave by wave, and hands each decision to take, in no
// particular order. It ends early if ctx ends, whose cause it returns. An error of the entries' own
// ends it after what came before, but without the first wave: then it is not known which of those
// are in conflict with others.
func (r *run) judge(ctx context.Context, entries iter.Seq2[table.Entry, error], take take) error {
	var batch []table.Entry
	var end error
	for entry, err := range entries {
		if bad, ok := errors.AsType[*table.EntryError](err); ok {
			take(ctx, table.Entry{}, Decision{Source: bad.Source, Err: bad.Err})
			continue
		}
		if err != nil {
			end = err
			break
		}
		batch = append(batch, entry)
		if len(batch) == waveSize {
			r.judgeWave(ctx, batch, take)
			clear(batch)
			batch = batch[:0]
		}
		if ctx.Err() != nil {
			break
		}
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case r.conflicts == nil && !r.lazy && end != nil:
		return end
	case r.conflicts == nil && !r.lazy:
		r.conflicts = ConflictsAmong(batch) // these are all
	}
	r.judgeWave(ctx, batch, take)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return end
}

// conclude puts down what became of an entry: in the report, the log and its status.
func (r *run) conclude(ctx context.Context, entry table.Entry, d Decision) {
	check := d.check(r.clock())
	r.mu.Lock()
	r.report.add(d)
	r.report.lag(entry, check)
	r.logDecision(ctx, d)
	r.mu.Unlock()
	if r.recorder != nil && entry.Source != "" {
		r.recorder.Record(ctx, entry, check)
	}
}
