package conflict

import (
	"fmt"

	"ecrmirror/internal/entry"
)

// unsure is a selection, or a repository of it, of which it is not known which images it stands for.
type unsure struct {
	reach entry.Reach
	*UnsureError
}

// An UnsureError says that a selection may write a destination, too: which images it stands for is not known, because
// it could not be told now. What was its own before still is.
type UnsureError struct {
	Selection string // its source
	Err       error  // why it is not known
}

func (e *UnsureError) Error() string {
	return fmt.Sprintf("whether %q has it, too, is not known: %v", e.Selection, e.Err)
}

// Unwrap returns why it is not known.
func (e *UnsureError) Unwrap() error { return e.Err }

// AddUnsure adds a selection of which it is not known which images of a source, its own or a repository of that, it
// stands for, and why.
func (x *Index) AddUnsure(selection entry.Entry, source entry.Selected, why error) {
	x.unsure = append(x.unsure, unsure{selection.Reach(source), &UnsureError{selection.Source, why}})
}

// Unsure returns an *[UnsureError] if the destination of a source may be one of a selection of which that is not known,
// from another source; nil otherwise.
func (f *Found) Unsure(source, destination entry.Name) error {
	if f == nil {
		return nil
	}
	for _, u := range f.unsure {
		if u.reach.HasFromOthers(source.Name, destination.Name) {
			return u.UnsureError
		}
	}
	return nil
}
