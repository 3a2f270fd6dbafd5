package entryfile

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"ecrmirror/internal/entry"
)

// A reader reads documents, one node after another.
type reader struct {
	now     time.Time
	entries []entry.Entry
	lines   map[string]int // of each source, by what it means and as it is written
	values  int            // destinations and values of rules that were read, with those that aliases repeat
	errs    []error
	full    bool // the rest is not read
}

// bad notes what is wrong at a node.
func (f *reader) bad(n *yaml.Node, format string, args ...any) {
	if f.full {
		return
	}
	if len(f.errs) == maxErrors {
		f.tooMany(errMore)
		return
	}
	f.errs = append(f.errs, fmt.Errorf("line %d: %w", n.Line, fmt.Errorf(format, args...)))
}

// once notes what is wrong in a line, unless that is known: many entries may have it from their defaults.
func (f *reader) once(line int, err error) {
	text := fmt.Sprintf("line %d: %v", line, err)
	if !slices.ContainsFunc(f.errs, func(known error) bool { return known.Error() == text }) {
		f.bad(&yaml.Node{Line: line}, "%w", err)
	}
}

// tooMany notes that there are more errors than are told, or more values than are read. What follows is not read.
func (f *reader) tooMany(err error) {
	f.full = true
	f.errs = append(f.errs, err)
}

var errMore = errors.New("more is wrong, which is told when this has been mended")

// result returns the entries, or what is wrong with them.
func (f *reader) result() ([]entry.Entry, error) {
	if len(f.errs) > 0 {
		return nil, errors.Join(f.errs...)
	}
	return f.entries, nil
}
