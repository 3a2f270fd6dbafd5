package controller

import (
	"context"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/schedule"
)

// A run is one sweep, event or plan: it takes entries through the stages up to a decision.
type run struct {
	allowed Allowed
	creates bool   // mirror jobs create repositories that are missing
	table   reader // as it is
	all     reader // the whole table, with the images of selections
	limit   schedule.Limit

	ledger     Ledger // nil = none
	retry      bool   // jobs are submitted though others failed a short time ago
	backlog    *schedule.Backlog
	lookUps    *lookUps
	selections *selections
	conflicts  *conflicts
	tally      *tally
	looks      *looks // nil = artifacts are not looked at
	// take takes what was decided about an image.
	take func(context.Context, decision)
	// mark has the status of an entry written whether or not that is due; nil where no status is.
	mark func(context.Context, image, entry.Result)
}

// wave takes entries through the stages: expand, look up, decide. It decides about each image as soon as all of it is
// known, and puts off those for which the turn was too short. Sources that are named by their digests are looked up
// only where a destination is stale, in another round: no job is to be submitted, sweep after sweep, that can only
// fail because the source is not there. What is left of a source, where some platforms are asked for, is looked up in
// another round, too, unless the ledger has it.
// Its error is that the ledger can't be read.
func (r *run) wave(ctx context.Context, entries []entry.Entry, turn schedule.Turn) error {
	began := time.Now()
	w := r.expand(ctx, entries, turn)
	looking, stop := context.WithCancel(ctx)
	defer stop()
	recalled := r.recalling(ctx, w)
	for len(w.items) > 0 {
		var next round
		var looked []dueLook
		known := w.lookUp(looking)
		if err := recalled(); err != nil {
			stop()
			for range known { // to its end
			}
			return err
		}
		for i := range known {
			f := w.found(i)
			if f.left.err == nil && !f.left.known {
				next.trimmed = append(next.trimmed, i)
				continue
			}
			d := r.decide(ctx, w, i, f)
			switch {
			case ctx.Err() != nil: // what failed did not by itself; the rest of the look-up is only read to its end
				continue
			case i.isUnverified() && d.result.Differing() > 0:
				next.pinned = append(next.pinned, i.image)
				continue
			}
			if r.mark != nil && i.entry.Selection == "" && !d.result.Stale() {
				result := d.result // without what the ledger has of the image, which goes with the decision
				i.result = &result
			}
			if due, is := r.looks.due(d); is {
				looked = append(looked, due)
				continue
			}
			r.take(ctx, d)
		}
		r.looks.look(ctx, looked, r.take)
		if ctx.Err() != nil {
			return nil // the run tells of its context by itself
		}
		r.putOff(ctx, w)
		w = w.next(next)
	}
	r.lookUps.hosts.Measure(time.Since(began))
	return nil
}

// expand returns the wave of the images that entries name. The results of entries that name none are taken.
func (r *run) expand(ctx context.Context, entries []entry.Entry, turn schedule.Turn) *wave {
	names := make([]entry.Names, len(entries))
	for n, e := range entries {
		names[n] = e.Names()
	}
	r.conflicts.know(names) // unless there are several waves, which are read for conflicts before
	w := r.lookUps.wave(turn, len(entries))
	for n := range entries {
		i, err := expand(&entries[n], names[n], r.allowed)
		if err != nil {
			r.take(ctx, decision{image: i, result: entry.Result{Source: entries[n].Source, Err: err}})
			continue
		}
		w.add(i, false)
	}
	return w
}

// decide decides about an image of which everything is known.
func (r *run) decide(ctx context.Context, w *wave, i *item, f facts) decision {
	d := decision{image: i.image, result: decide(i.image, f, r.creates)}
	d.result.Time = w.asked(i)
	found, err := r.conflicts.of(ctx, d.result)
	switch {
	case err != nil:
		d.result.Err, d.result.Destinations = err, nil
		return d
	case r.ledger != nil:
		d.known = r.remember(d.image, w.records, &d.result, found)
	default:
		mark(found, d.image, &d.result)
	}
	d.result.Twin = found.Source(i.source)
	name := i.source.Name
	if until := r.lookUps.digests.DeferredUntil(name); !until.IsZero() {
		postpone(&d.result, &rateLimited{name.Host, until})
	}
	return d
}

// putOff puts off what is late of a wave. Once the time is up it marks how far each slow host has got: the next sweep
// goes on there.
func (r *run) putOff(ctx context.Context, w *wave) {
	w.late(func(i *item, h *schedule.Host) { r.backlog.PutOff(i.entry, h) })
	if r.limit.Over() && r.mark != nil {
		for _, last := range w.lastAsked() {
			r.mark(ctx, last.image, *last.result)
		}
	}
}
