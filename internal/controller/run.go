package controller

import (
	"context"
	"sync"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/schedule"
)

// take is what is done with the result of an image. It may be called by several goroutines at once.
type take func(context.Context, image, entry.Result)

// A run is one sweep, event or plan: it takes entries through the stages up to a decision.
type run struct {
	allowed Allowed
	creates bool   // mirror jobs create repositories that are missing
	all     reader // the whole table
	limit   schedule.Limit

	backlog   *schedule.Backlog
	lookUps   *lookUps
	conflicts *conflicts
	tally     *tally
	take      take
	mark      take // has the status of an entry written whether or not that is due; nil where no status is
}

// wave takes entries through the stages: expand, look up, decide. What is not answered in the turn is put off.
// Sources that are named by their digests are looked up only where a destination is stale: no job is to be submitted,
// sweep after sweep, that can only fail because the source is not there.
func (r *run) wave(ctx context.Context, entries []entry.Entry, turn schedule.Turn) {
	began := time.Now()
	names := make([]entry.Names, len(entries))
	for n, e := range entries {
		names[n] = e.Names()
	}
	r.conflicts.know(names) // unless there are several waves, which are read for conflicts before
	w := r.lookUps.wave(turn, len(entries))
	for n := range entries {
		i, err := expand(&entries[n], names[n], r.allowed)
		if err != nil {
			r.take(ctx, i, entry.Result{Source: entries[n].Source, Err: err})
			continue
		}
		w.add(i, false)
	}
	if pinned := r.look(ctx, w); len(pinned) > 0 && ctx.Err() == nil {
		verified := r.lookUps.wave(turn, len(pinned))
		for _, i := range pinned {
			verified.add(i, true)
		}
		r.look(ctx, verified)
	}
	r.lookUps.hosts.Measure(time.Since(began))
}

// look looks the images of a wave up, decides about each as soon as all of it is known, and hands the results on. It
// returns the stale ones whose source is named by a digest that is yet to be looked up.
func (r *run) look(ctx context.Context, w *wave) (pinned []image) {
	var mu sync.Mutex
	w.known = func(ctx context.Context, i *item) {
		result := r.decide(ctx, w, i)
		if i.sourceAt == none && result.Differing() > 0 {
			mu.Lock()
			defer mu.Unlock()
			pinned = append(pinned, i.image)
			return
		}
		if !result.Stale() {
			i.result = &result
		}
		r.take(ctx, i.image, result)
	}
	wanted := w.lookUp(ctx)
	if ctx.Err() != nil {
		return nil
	}
	w.late(wanted, func(i *item, h *schedule.Host) { r.backlog.PutOff(i.entry, h) })
	if r.limit.Over() && r.mark != nil {
		for _, last := range w.lastAsked() { // by which the next sweep sees how far this one has got
			r.mark(ctx, last.image, *last.result)
		}
	}
	return pinned
}

// decide returns the result of an image of which everything is known.
func (r *run) decide(ctx context.Context, w *wave, i *item) entry.Result {
	source, destinations := w.found(i)
	result := decide(i.image, source, destinations, r.creates)
	result.Time = w.asked(i)
	r.conflicts.mark(ctx, i.image, &result)
	name := i.source.Name
	if until := r.lookUps.digests.DeferredUntil(name); !until.IsZero() {
		postpone(&result, &rateLimited{name.Host, until})
	}
	return result
}
