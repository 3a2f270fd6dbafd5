// Package edit changes the entries of a table as people ask for it, and tells what a change is in the form of a
// difference.
//
// Its errors are those of package program: a *program.Failure where the table, and not the request, is in the way.
package edit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entrydiff"
	"ecrmirror/internal/inventory"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
	"ecrmirror/internal/table"
)

// A Table has the entries that are changed. [table.Table] implements it.
type Table interface {
	All(ctx context.Context, now time.Time) iter.Seq2[entry.Entry, error]
	Put(ctx context.Context, e entry.Entry, now time.Time) (table.Change, error)
	Remove(ctx context.Context, source string) (bool, error)
}

// Put writes an entry in the place of the one that has its source, and prints what that changes. It reads the whole
// table first: an entry that would be in conflict with others is not written.
func Put(ctx context.Context, stdout io.Writer, t Table, e entry.Entry, now time.Time) error {
	difference, err := entrydiff.Diff([]entry.Entry{e}, t.All(ctx, now), false, now) // a file of one entry
	if err != nil {
		return program.Fail(err)
	}
	if err := difference.Conflicts(); err != nil {
		return program.FailAll(err)
	}
	step := difference.Steps[0]
	if step.Change, err = t.Put(ctx, step.Entry, now); err != nil {
		return program.Fail(err)
	}
	return program.NotPrinted(nil, writeStep(stdout, done(step.Change), step))
}

// Remove removes the entries of sources, each in whatever way the table writes it, and prints which were removed. One
// that can't be removed does not keep the others from it.
func Remove(ctx context.Context, stdout io.Writer, t Table, sources []string, now time.Time) error {
	var errs []error
	for _, source := range sources {
		key, err := remove(ctx, t, source, now)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if err := output.Line(stdout, "%s %s", done(table.Removed), key); err != nil {
			return program.NotPrinted(program.FailAll(errors.Join(errs...)), err)
		}
	}
	return program.FailAll(errors.Join(errs...))
}

// remove removes the entry of a source, and returns its key: the source, or the way in which the
// one entry writes it that has it.
func remove(ctx context.Context, t Table, source string, now time.Time) (string, error) {
	was, err := t.Remove(ctx, source)
	if was || err != nil {
		return source, err
	}
	inv, err := inventory.Read(inventory.WithoutStatus(t.All(ctx, now)))
	if err != nil {
		return "", err
	}
	keys := inv.Of(source).Keys()
	switch len(keys) {
	case 0:
		return "", fmt.Errorf("%w: %q (controller list shows the sources)", table.ErrNotFound, source)
	case 1:
		_, err := t.Remove(ctx, keys[0])
		return keys[0], err
	}
	return "", fmt.Errorf("%q is the source of several entries: name one of %q", source, keys)
}
