// Package draft gathers the entries that a peer's file becomes, and remarks on what of it they do not say. Steps of a
// peer that share a source become one entry, since a source has one entry.
package draft

import (
	"fmt"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
)

// An Entry is an entry with what it was made from.
type Entry struct {
	entry.Entry
	Line  int    // of the peer's file
	Field string // the member that it was made from, such as sync[0]
	Note  string // what the peer calls it; "" if it has no name
}

// A Draft is the entries so far. Its zero value is empty and ready.
type Draft struct {
	entries []Entry
	places  map[string]int // of entries, by conflict.Key
	remarks []Remark
	read    map[int]bool
}

// Read notes that a line was read: what it says is carried over, or has a remark.
func (d *Draft) Read(line int) {
	if d.read == nil {
		d.read = map[int]bool{}
	}
	d.read[line] = true
}

// IsRead reports whether a line was read.
func (d *Draft) IsRead(line int) bool { return d.read[line] }

// Add adds an entry, or adds to the one that has its source. One that is invalid is left out, with a remark; the
// entries stay as they are then.
func (d *Draft) Add(e Entry) {
	if err := e.Validate(); err != nil {
		d.leaveOut(e, err.Error())
		return
	}
	if d.places == nil {
		d.places = map[string]int{}
	}
	key := conflict.Key(e.Entry)
	at, known := d.places[key]
	if !known {
		d.places[key] = len(d.entries)
		d.entries = append(d.entries, e)
		return
	}
	first := d.entries[at]
	both, err := merged(first.Entry, e.Entry)
	if err == nil {
		err = both.Validate()
	}
	if err != nil {
		d.leaveOut(e, fmt.Sprintf("line %d has the same source, and one entry can't say both: %v", first.Line, err))
		return
	}
	d.entries[at].Entry = both
}

func (d *Draft) leaveOut(e Entry, why string) {
	d.Remark(Remark{Line: e.Line, Field: e.Field, Kind: LeftOut, Text: why})
}

// Result returns the entries in the order of the file, and the remarks by line.
func (d *Draft) Result() ([]Entry, []Remark) {
	d.contested()
	return d.entries, sorted(d.remarks)
}
