package controller

import (
	"context"
	"errors"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/schedule"
)

// judge decides about every entry, wave by wave, and takes each result, in no particular order. What a wave puts off
// comes once more when all others have been looked at, until the sweep's time is up. It ends early if ctx ends, whose
// cause it returns. An error of the entries' own ends it after what came before, but without the first wave: then it is
// not known which of those are in conflict with others.
func (r *run) judge(ctx context.Context, read reader) error {
	reading, cancel := r.limit.Within(ctx)
	defer cancel()
	var b schedule.Batch
	for e, err := range read(reading) {
		if bad, ok := errors.AsType[*entry.Error](err); ok {
			r.take(ctx, invalid(bad))
			continue
		}
		if err == nil && b.Full(e) {
			if err = r.conflicts.read(reading); err == nil {
				if err := r.wave(ctx, b.Entries, r.limit.First()); err != nil {
					return r.end(ctx, err)
				}
				b.Clear()
			}
		}
		if err != nil {
			return r.end(ctx, r.cut(ctx, b.Entries, err))
		}
		if b.Add(e); ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	if err := r.wave(ctx, b.Entries, r.limit.First()); err != nil {
		return r.end(ctx, err)
	}
	return r.end(ctx, r.later(ctx, reading))
}

// invalid is the decision about an item that is no entry.
func invalid(bad *entry.Error) decision {
	return decision{result: entry.Result{Source: bad.Source, Err: bad.Err}}
}

// cut looks at the last entries that were read where the reading ended with an error, which it returns unless that the
// time is up is the cause.
func (r *run) cut(ctx context.Context, last []entry.Entry, err error) error {
	switch {
	case ctx.Err() != nil:
	case r.limit.Over(): // which is why
		r.tally.unread()
		for i := range last {
			r.backlog.PutOff(&last[i], nil)
		}
		return nil
	case r.conflicts.known():
		if err := r.wave(ctx, last, r.limit.First()); err != nil {
			return err
		}
	}
	return err
}

// end puts down what was not reached. It returns the error that ended the run, or the cause of the end of ctx.
func (r *run) end(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r.tally.unreached(ctx, r.backlog, r.limit.Time)
	return err
}

// later looks at the entries that were put off, wave by wave, until the time is up: of each host at what comes first
// there. They are read again.
func (r *run) later(ctx, reading context.Context) error {
	for r.backlog.Len() > 0 && !r.limit.Over() && ctx.Err() == nil {
		draw := r.backlog.Draw()
		for e, err := range r.all(reading) {
			if bad, ok := errors.AsType[*entry.Error](err); ok {
				if r.backlog.Has(&entry.Entry{Source: bad.Source}) {
					r.take(ctx, invalid(bad))
				}
				continue
			}
			switch {
			case err != nil && r.limit.Over(): // which is why
				return nil
			case err != nil:
				return err
			}
			draw.Add(e)
		}
		if err := r.wave(ctx, draw.End(), r.limit.Later()); err != nil {
			return err
		}
	}
	return nil
}

// unreached returns a result for each entry that is put off for good.
func (r *run) unreached(ctx context.Context) (results []entry.Result) {
	if r.backlog.Len() == 0 {
		return nil
	}
	for e, err := range r.all(ctx) {
		if err == nil && r.backlog.Has(&e) {
			results = append(results, entry.Result{Source: e.Source, Err: r.backlog.Unreached(&e)})
		}
	}
	return results
}
