package draft

import (
	"cmp"
	"fmt"
	"slices"

	"ecrmirror/internal/printable"
)

// A Kind says what becomes of a member that has no exact equal.
type Kind string

// The kinds. The first two change which images are mirrored, and where to.
const (
	LeftOut   Kind = "left out"  // nothing of it is in the entries
	Differs   Kind = "differs"   // the entries have it, and mean something else in some cases
	Elsewhere Kind = "elsewhere" // it is no matter of entries; the text says whose matter it is
)

// A Remark names a member of a peer's file that the entries do not say in the same way.
type Remark struct {
	Line  int
	Field string // its path, such as sync[0].platform
	Kind  Kind
	Text  string // why, and what to do
}

// String returns the remark as a line for people, without the name of the file. It is fit for a terminal.
func (r Remark) String() string {
	return printable.Line(fmt.Sprintf("%d: %s: %s: %s", r.Line, r.Field, r.Kind, r.Text))
}

// Changes reports whether other images are mirrored than by the peer.
func (r Remark) Changes() bool { return r.Kind != Elsewhere }

// Remark notes that a member has no exact equal.
func (d *Draft) Remark(r Remark) { d.remarks = append(d.remarks, r) }

// sorted returns remarks by line, those of a line in the order in which they were made, each once.
func sorted(remarks []Remark) []Remark {
	all := slices.Clone(remarks)
	slices.SortStableFunc(all, func(a, b Remark) int { return cmp.Compare(a.Line, b.Line) })
	return slices.Compact(all)
}
