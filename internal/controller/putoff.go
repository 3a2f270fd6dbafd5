package controller

import (
	"context"
	"errors"
	"time"

	"ecrmirror/internal/entry"
)

// waiting is what is known of an entry that is put off. It takes some 40 bytes for each, and no more: the
// entry is read again.
type waiting struct {
	host   *host // which has not answered; nil = that is not remembered
	behind time.Time
}

// putOff puts off an entry until all others have been looked at.
func (r *run) putOff(e *entry.Entry, slow *host) {
	r.waiting[position(e.Source)] = waiting{slow, e.Status.Behind()}
}

// choose reads the table for what is put off, and returns some of it: of each host what comes first there.
func (r *run) choose(ctx, reading context.Context, take take) ([]entry.Entry, error) {
	there := map[uint64]waiting{}
	c := newChoice(r.hosts, r.waiting, r.limit/laterPart)
	for e, err := range r.all(reading) {
		if bad, ok := errors.AsType[*entry.Error](err); ok {
			if _, ok := r.waiting[position(bad.Source)]; ok {
				take(ctx, entry.Entry{}, Decision{Source: bad.Source, Err: bad.Err})
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		at := position(e.Source)
		if w, ok := r.waiting[at]; ok {
			there[at] = w
			c.add(w.host, e)
		}
	}
	r.waiting = there // what has been removed waits for nothing
	entries := c.end()
	for _, e := range entries {
		delete(r.waiting, position(e.Source))
	}
	return entries, nil
}
