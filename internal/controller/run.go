package controller

import (
	"context"
	"iter"
	"log/slog"
	"sync"
	"time"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/jobs"
)

// A run is one sweep, event or plan.
type run struct {
	*Controller
	log      *slog.Logger
	clock    func() time.Time
	now      time.Time // when it began
	limit    time.Duration
	ends     time.Time // when no image is looked at any more; zero = that is up to the context
	memory   *memory
	hosts    *hosts
	waiting  map[uint64]waiting                              // entries that are put off, by position
	recorder Recorder                                        // nil = no status is written
	record   func(context.Context, entry.Entry, entry.Check) // the recorder's; a plan, which writes nothing, has none

	lazy      bool            // conflicts are looked for once something is to be submitted
	reading   sync.Mutex      // held while they are
	conflicts *conflict.Found // among all entries of the table; nil = not known yet

	mu     sync.Mutex // guards what follows
	report Report

	queue    chan pending
	inFlight jobs.InFlight // nil until the first job is to be submitted
	listed   time.Time     // when those were listed
}

// A reader reads entries until its context ends.
type reader func(context.Context) iter.Seq2[entry.Entry, error]

// start begins a run, which has no limit yet.
func (c *Controller) start() *run {
	r := &run{
		Controller: c, log: c.Log, clock: c.Now, memory: newMemory(),
		waiting: map[uint64]waiting{}, queue: make(chan pending, batchSize),
	}
	if r.clock == nil {
		r.clock = time.Now
	}
	r.now = r.clock()
	r.hosts = newHosts(r.now)
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	return r
}

// startAll begins a run over all entries, within the limit.
func (c *Controller) startAll() *run {
	r := c.start()
	if r.limit = c.Limit; r.limit == 0 {
		r.limit = DefaultLimit
	}
	r.ends = time.Now().Add(r.limit)
	return r
}

// all reads all entries.
func (r *run) all(ctx context.Context) iter.Seq2[entry.Entry, error] {
	return r.Entries.All(ctx, r.now)
}

// conclude puts down what became of an entry: in the report, the log and its status.
func (r *run) conclude(ctx context.Context, entry entry.Entry, d Decision) {
	check := d.check(r.clock())
	r.mu.Lock()
	r.report.add(d)
	r.report.lag(entry, check)
	r.logDecision(ctx, d)
	r.mu.Unlock()
	if r.record != nil && entry.Source != "" {
		r.record(ctx, entry, check)
	}
}
