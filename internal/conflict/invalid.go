package conflict

import (
	"slices"

	"ecrmirror/internal/entry"
)

// AddInvalid adds an entry that is invalid, by its source: nothing is mirrored by it, and what was its own before still
// is, until it is gone.
func (x *Index) AddInvalid(source string) {
	if source == "" {
		return
	}
	x.invalid.images = append(x.invalid.images, Image(source))
	if selected, err := entry.ParseSelected(source); err == nil {
		x.invalid.selections = append(x.invalid.selections, selected)
	}
}

// invalid are the sources of entries that are invalid: what each would be as an image's, and as a selection's.
type invalid struct {
	images     []string
	selections []entry.Selected
}

// Keeps reports whether an owner of destinations, in the form of [Image], has an entry that is invalid.
func (f *Found) Keeps(owner string) bool {
	if f == nil || owner == "" {
		return false
	}
	if slices.Contains(f.invalid.images, owner) {
		return true
	}
	name := entry.ParseName(owner)
	return name.Err == nil && slices.ContainsFunc(f.invalid.selections, func(s entry.Selected) bool {
		return s.Has(name.Name)
	})
}
