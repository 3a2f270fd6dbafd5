package main

import (
	"fmt"
	"slices"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/table"
)

// having returns the entries, and the items that are no good entries, that have the source, in
// whatever way they write it.
func having(source string, entries []entry.Entry, bad []*entry.Error) ([]entry.Entry, []*entry.Error) {
	image := conflict.Image(source)
	others := func(written string) bool { return conflict.Image(written) != image }
	return slices.DeleteFunc(slices.Clone(entries), func(e entry.Entry) bool { return others(e.Source) }),
		slices.DeleteFunc(slices.Clone(bad), func(b *entry.Error) bool { return others(b.Source) })
}

// chosen returns those that have one of the sources, or all where no source is given. It is an error if
// a source has none.
func chosen(sources []string, entries []entry.Entry, bad []*entry.Error) (found []entry.Entry, wrong []*entry.Error, err error) {
	if len(sources) == 0 {
		return entries, bad, nil
	}
	var absent []error
	for _, source := range sources {
		e, b := having(source, entries, bad)
		if len(e)+len(b) == 0 {
			absent = append(absent, fmt.Errorf("%w: %q", table.ErrNotFound, source))
		}
		found, wrong = append(found, e...), append(wrong, b...)
	}
	return found, wrong, failures(absent)
}

// spelled returns the keys of those.
func spelled(source string, entries []entry.Entry, bad []*entry.Error) []string {
	return keys(having(source, entries, bad))
}

// keys returns the sources as the table has them.
func keys(entries []entry.Entry, bad []*entry.Error) []string {
	var keys []string
	for _, e := range entries {
		keys = append(keys, e.Source)
	}
	for _, b := range bad {
		keys = append(keys, b.Source)
	}
	return keys
}
