package entryfile

import (
	"errors"
	"fmt"
	"time"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
)

// A Set is the entries of some files, and where each of them stands.
type Set struct {
	Entries []entry.Entry    // in the order of the files, and of each file
	places  map[string]place // by source, as it is written
}

// Place returns where the entry of a source stands, written as it is there: "FILE: line 12"; "" if there is none.
func (s Set) Place(source string) string {
	if at, ok := s.places[written(source)]; ok {
		return at.String()
	}
	return ""
}

// Conflicts returns an error for each entry that is in conflict with another one of the set, as far as that is certain:
// "FILE: line 12: entry SOURCE: destination ...". Of a selection it is certain of the tags that it pins. Entries that
// have expired by now are in nobody's way.
func (s Set) Conflicts(now time.Time) error {
	var valid []entry.Entry
	for _, e := range s.Entries {
		if !e.ExpiredBy(now) {
			valid = append(valid, e)
		}
	}
	found := conflict.AllCertain(valid)
	var errs []error
	for _, e := range valid {
		for _, err := range found.Entry(e) {
			errs = append(errs, fmt.Errorf("%s: entry %q: %w", s.Place(e.Source), e.Source, err))
		}
	}
	return errors.Join(errs...)
}

// written returns what a reader's places have a source by as it is written, beside what it means.
func written(source string) string { return "written " + source }
