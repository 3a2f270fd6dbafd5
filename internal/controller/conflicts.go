package controller

import (
	"context"
	"errors"
	"fmt"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
)

// readConflicts reads a whole table for its conflicts.
func readConflicts(ctx context.Context, read reader) (*conflict.Found, error) {
	var index conflict.Index
	for e, err := range read(ctx) {
		if _, bad := errors.AsType[*entry.Error](err); bad {
			continue // nothing is copied by it
		}
		if err != nil {
			return nil, fmt.Errorf("looking for conflicts: %w", err)
		}
		index.Add(e.Names())
	}
	return index.Find(), nil
}

// conflicts are those among all entries of the table.
type conflicts struct {
	all reader // of the table
	// lazy says that they are looked for once something is to be submitted: an event knows its own entries alone.
	lazy bool

	found *conflict.Found // nil = not known yet
}

// know takes these for the entries of the whole table, unless it is known already, or need not be.
func (c *conflicts) know(entries []entry.Names) {
	if c.known() {
		return
	}
	var index conflict.Index
	for _, names := range entries {
		index.Add(names)
	}
	c.found = index.Find()
}

// read reads the table before the first of several waves.
func (c *conflicts) read(ctx context.Context) (err error) {
	if !c.known() {
		c.found, err = readConflicts(ctx, c.all)
	}
	return err
}

// known reports whether they are known, or need not be.
func (c *conflicts) known() bool { return c.found != nil || c.lazy }

// of returns the conflicts that a result is to be held against.
func (c *conflicts) of(ctx context.Context, result entry.Result) (found *conflict.Found, err error) {
	if c.found == nil && result.Differing() > 0 {
		c.found, err = readConflicts(ctx, c.all)
	}
	return c.found, err
}

// mark marks the destinations that another entry writes, too: no job is submitted for them.
func mark(found *conflict.Found, i image, r *entry.Result) {
	for n := range r.Destinations {
		d := &r.Destinations[n]
		if err := found.Destination(i.source, i.destinations[n]); err != nil {
			d.State, d.Err, d.Differs = entry.Failing, err, false
		}
	}
}
