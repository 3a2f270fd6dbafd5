package entryfile

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"ecrmirror/internal/entry"
)

// A place is where an entry stands.
type place struct {
	file string // "" if there is one file alone, which is not named
	line int
}

// String returns the place as errors begin with it.
func (p place) String() string {
	if p.file == "" {
		return fmt.Sprintf("line %d", p.line)
	}
	return fmt.Sprintf("%s: line %d", p.file, p.line)
}

// from returns the place as one tells it who stands in a file.
func (p place) from(file string) string {
	if p.file == file {
		return fmt.Sprintf("line %d", p.line)
	}
	return fmt.Sprintf("%s, line %d", p.file, p.line)
}

// A reader reads documents, one node after another.
type reader struct {
	now     time.Time
	entries []entry.Entry
	places  map[string]place // of each source, by what it means and as it is written
	file    string           // the name of the file that is read; "" if errors are not to name it
	size    int64            // of all files before it, in bytes
	values  int              // destinations and values of rules that were read, with those that aliases repeat
	errs    []error
	full    bool // the rest is not read
	some    bool // there is a document that is not empty
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
	f.fail(fmt.Errorf("line %d: %w", n.Line, fmt.Errorf(format, args...)))
}

// fail notes an error of the file.
func (f *reader) fail(err error) {
	if f.file != "" {
		err = fmt.Errorf("%s: %w", f.file, err)
	}
	f.errs = append(f.errs, err)
}

// once notes what is wrong in a line, unless that is known: many entries may have it from their defaults.
func (f *reader) once(line int, err error) {
	text := place{f.file, line}.String() + ": " + err.Error()
	if !slices.ContainsFunc(f.errs, func(known error) bool { return known.Error() == text }) {
		f.bad(&yaml.Node{Line: line}, "%w", err)
	}
}

// tooMany notes that there are more errors than are told, or more values than are read. What follows is not read.
func (f *reader) tooMany(err error) {
	f.full = true
	f.fail(err)
}

var errMore = errors.New("more is wrong, which is told when this has been mended")

// result returns the entries, or what is wrong with them.
func (f *reader) result() ([]entry.Entry, error) {
	if len(f.errs) > 0 {
		return nil, errors.Join(f.errs...)
	}
	return f.entries, nil
}
