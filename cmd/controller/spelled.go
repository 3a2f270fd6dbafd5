package main

import (
	"ecrmirror/internal/conflict"
	"ecrmirror/internal/table"
)

// spelled returns the keys of the entries, and of the items that are no good entries, that have the
// source, in whatever way they write it.
func spelled(source string, entries []table.Entry, bad []*table.EntryError) []string {
	image := conflict.Image(source)
	var keys []string
	for _, e := range entries {
		if conflict.Image(e.Source) == image {
			keys = append(keys, e.Source)
		}
	}
	for _, b := range bad {
		if conflict.Image(b.Source) == image {
			keys = append(keys, b.Source)
		}
	}
	return keys
}
