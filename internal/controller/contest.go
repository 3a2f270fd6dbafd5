package controller

import (
	"context"
	"errors"
	"fmt"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
)

// ConflictsAmong returns which of the entries are in each other's way.
func ConflictsAmong(entries []entry.Entry) *conflict.Found {
	var index conflict.Index
	for _, e := range entries {
		index.Add(e.Source, e.Destinations)
	}
	return index.Find()
}

// readConflicts reads the whole table for its conflicts.
func (r *run) readConflicts(ctx context.Context) (*conflict.Found, error) {
	var index conflict.Index
	for e, err := range r.Entries.All(ctx, r.now) {
		if _, bad := errors.AsType[*entry.Error](err); bad {
			continue // nothing is copied by it
		}
		if err != nil {
			return nil, fmt.Errorf("looking for conflicts: %w", err)
		}
		index.Add(e.Source, e.Destinations)
	}
	return index.Find(), nil
}

// knowConflicts reads the conflicts before the first of several waves, unless they are looked for when they are needed.
func (r *run) knowConflicts(ctx context.Context) (err error) {
	if r.conflicts == nil && !r.lazy {
		r.conflicts, err = r.readConflicts(ctx)
	}
	return err
}

// conflictsOf returns the conflicts that a decision is to be held against. An event knows those of
// the table only once it has something to submit, and reads it then.
func (r *run) conflictsOf(ctx context.Context, d Decision) (*conflict.Found, error) {
	if _, wanted := d.Request(); !wanted && r.lazy {
		return nil, nil
	}
	r.reading.Lock()
	defer r.reading.Unlock()
	if r.conflicts == nil {
		found, err := r.readConflicts(ctx)
		if err != nil {
			return nil, err
		}
		r.conflicts = found
	}
	return r.conflicts, nil
}

// contest marks the destinations that another entry writes, too: no job is submitted for them. Of an
// entry that can't be judged only its twin is told.
func (r *run) contest(ctx context.Context, d *Decision) {
	if d.Err != nil {
		r.reading.Lock()
		defer r.reading.Unlock()
		d.Twin = r.conflicts.Source(d.Source)
		return
	}
	found, err := r.conflictsOf(ctx, *d)
	if err != nil {
		d.Err, d.Destinations = err, nil
		return
	}
	d.Twin = found.Source(d.Source)
	for i := range d.Destinations {
		dest := &d.Destinations[i]
		if err := found.Destination(d.Source, dest.Name); err != nil {
			dest.State, dest.Err = Failing, err
		}
	}
}
