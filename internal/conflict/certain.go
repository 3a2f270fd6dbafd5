package conflict

import (
	"fmt"

	"ecrmirror/internal/entry"
)

// Certain returns the names of an image entry, or of the images that a selection has whatever its source lists: those
// of the tags that it pins.
func Certain(e entry.Entry) (all []entry.Names) {
	if !e.IsSelection() {
		return []entry.Names{e.Names()}
	}
	for _, image := range e.Pinned() {
		all = append(all, e.ImageEntry(image).Names())
	}
	return all
}

// AllCertain returns the conflicts among entries, which are all that there are, as far as they are certain.
func AllCertain(entries []entry.Entry) *Found {
	var index Index
	for _, e := range entries {
		for _, names := range Certain(e) {
			index.Add(names)
		}
	}
	return index.Find()
}

// Entry returns the certain conflicts of an entry, an error for its source and for each destination that has one.
func (f *Found) Entry(e entry.Entry) (errs []error) {
	for _, names := range Certain(e) {
		if err := f.Source(names.Source); err != nil && names.Selection == "" {
			errs = append(errs, err)
		}
		for _, destination := range names.Destinations {
			if err := f.Destination(names.Source, names.Wants, destination); err != nil {
				errs = append(errs, fmt.Errorf("destination %q: %w", destination.Text, err))
			}
		}
	}
	return errs
}
