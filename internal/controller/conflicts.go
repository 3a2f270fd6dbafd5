package controller

import (
	"context"
	"errors"
	"fmt"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
)

// readAll reads a whole table for its conflicts.
func (c *conflicts) readAll(ctx context.Context) (*conflict.Found, error) {
	var index conflict.Index
	for e, err := range c.all(ctx) {
		if _, bad := errors.AsType[*entry.Error](err); bad {
			continue // nothing is copied by it
		}
		if err != nil {
			return nil, fmt.Errorf("looking for conflicts: %w", err)
		}
		index.Add(e.Names())
	}
	c.selections.addUnsure(&index)
	return index.Find(), nil
}

// conflicts are those among all entries of the table.
type conflicts struct {
	all        reader // of the table
	selections *selections
	// lazy says that they are looked for once something is to be submitted: an event knows its own entries alone.
	lazy bool

	found        *conflict.Found           // nil = not known yet
	destinations map[string]imagename.Name // of an event, by their repositories: what it is to be known of
}

// know takes these for the entries of the whole table, unless it is known already, or need not be.
func (c *conflicts) know(entries []entry.Names) {
	if c.lazy {
		c.ask(entries)
	}
	if c.known() {
		return
	}
	var index conflict.Index
	for _, names := range entries {
		index.Add(names)
	}
	c.selections.addUnsure(&index)
	c.found = index.Find()
}

// ask notes the destinations of the entries of an event. What is not known of them yet is to be read.
func (c *conflicts) ask(entries []entry.Names) {
	if c.destinations == nil {
		c.destinations = map[string]imagename.Name{}
	}
	for _, names := range entries {
		for _, d := range names.Destinations {
			place := d.Name.Place()
			if _, asked := c.destinations[place]; !asked && d.Err == nil {
				c.destinations[place], c.found = d.Name, nil
			}
		}
	}
}

// concerns reports whether a selection may write what an event is about: the lists of others are not asked for.
func (c *conflicts) concerns(selection entry.Entry) bool {
	source, err := entry.ParseSelected(selection.Source)
	if err != nil {
		return false
	}
	reach := selection.Reach(source)
	for _, d := range c.destinations {
		if reach.Has(d) {
			return true
		}
	}
	return false
}

// read reads the table before the first of several waves.
func (c *conflicts) read(ctx context.Context) (err error) {
	if !c.known() {
		c.found, err = c.readAll(ctx)
	}
	return err
}

// known reports whether they are known, or need not be.
func (c *conflicts) known() bool { return c.found != nil || c.lazy }

// of returns the conflicts that a result is to be held against.
func (c *conflicts) of(ctx context.Context, result entry.Result) (found *conflict.Found, err error) {
	if c.found == nil && result.Differing() > 0 {
		c.found, err = c.readAll(ctx)
	}
	return c.found, err
}

// mark marks the destinations that another entry writes, too: no job is submitted for them.
func mark(found *conflict.Found, i image, r *entry.Result) {
	for n := range r.Destinations {
		d := &r.Destinations[n]
		err := found.Destination(i.source, i.options().Wants(), i.destinations[n])
		if err == nil && d.Differs {
			err = found.Unsure(i.source, i.destinations[n])
		}
		if err != nil {
			keep(d, err)
		}
	}
}
