package controller

import (
	"fmt"

	"ecrmirror/internal/table"
)

// A Report counts what a run found and did.
type Report struct {
	Entries   int     // entries looked at, the bad ones among them; expired ones are not
	Current   int     // entries with nothing to do
	Stale     int     // stale destinations
	Submitted int     // jobs submitted
	InFlight  int     // stale destinations not submitted because a job in flight has them
	Failed    int     // entries of which something failed; their other stale destinations were submitted
	Errors    []error // what failed, each an *[table.EntryError]
}

// String returns the report's one line, without the errors.
func (r Report) String() string {
	return fmt.Sprintf("entries: %d (current %d, failed %d); stale destinations: %d (in flight %d); jobs submitted: %d",
		r.Entries, r.Current, r.Failed, r.Stale, r.InFlight, r.Submitted)
}

func (r *Report) add(d Decision) {
	r.Entries++
	if d.Err != nil {
		r.fail(true, &table.EntryError{Source: d.Source, Err: d.Err})
		return
	}
	current, failed := true, false
	for _, dest := range d.Destinations {
		switch dest.State {
		case Stale:
			r.Stale++
		case Failed:
			err := fmt.Errorf("destination %q: %w", dest.Name, dest.Err)
			r.fail(!failed, &table.EntryError{Source: d.Source, Err: err})
			failed = true
		}
		current = current && dest.State == Current
	}
	if current {
		r.Current++
	}
}

// fail adds an error, and counts its entry if no other error has counted it.
func (r *Report) fail(first bool, err *table.EntryError) {
	r.Errors = append(r.Errors, err)
	if first {
		r.Failed++
	}
}

// failed reports whether a destination, or all of the entry, could not be judged.
func (d Decision) failed() bool {
	for _, dest := range d.Destinations {
		if dest.State == Failed {
			return true
		}
	}
	return d.Err != nil
}
