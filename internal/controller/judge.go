package controller

import (
	"context"
	"errors"

	"ecrmirror/internal/entry"
)

// judge decides about every entry, wave by wave, and hands each decision to take, in no
// particular order. What a wave puts off comes once more when all others have been looked at, until the sweep's time is
// up. It ends early if ctx ends, whose cause it returns. An error of the entries' own
// ends it after what came before, but without the first wave: then it is not known which of those
// are in conflict with others.
func (r *run) judge(ctx context.Context, read reader, take take) error {
	reading, cancel := turn{end: r.ends}.within(ctx)
	defer cancel()
	err := r.judgeFirst(ctx, reading, read, take)
	for err == nil && len(r.waiting) > 0 && !r.over() && ctx.Err() == nil {
		err = r.judgeLater(ctx, reading, take)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r.tellUnreached(ctx)
	return err
}

// judgeFirst looks at all entries once.
func (r *run) judgeFirst(ctx, reading context.Context, read reader, take take) error {
	var b batch
	var end error
	for e, err := range read(reading) {
		if bad, ok := errors.AsType[*entry.Error](err); ok {
			take(ctx, entry.Entry{}, Decision{Source: bad.Source, Err: bad.Err})
			continue
		}
		if err != nil {
			end = err
			break
		}
		if b.full(e) {
			if end = r.knowConflicts(reading); end != nil {
				break
			}
			r.judgeWave(ctx, b.entries, r.turn(firstPart), take)
			b.clear()
		}
		b.add(e)
		if ctx.Err() != nil {
			break
		}
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case end != nil && r.over(): // which is why
		r.report.Unread = true
		for i := range b.entries {
			r.putOff(&b.entries[i], nil)
		}
		return nil
	case r.conflicts == nil && !r.lazy && end != nil:
		return end
	case r.conflicts == nil && !r.lazy:
		r.conflicts = ConflictsAmong(b.entries) // these are all
	}
	r.judgeWave(ctx, b.entries, r.turn(firstPart), take)
	return end
}

// judgeLater looks at entries that were put off.
func (r *run) judgeLater(ctx, reading context.Context, take take) error {
	entries, err := r.choose(ctx, reading, take)
	switch {
	case err == nil:
		r.judgeWave(ctx, entries, r.turn(laterPart), take)
		return nil
	case r.over(): // which is why
		return nil
	}
	return err
}
