// Package inventory has the entries of a table as people ask for them: sorted by source, the invalid items apart, found
// by any spelling of their source, and listed.
package inventory

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/table"
)

// An Inventory has entries, and what is wrong with the items that are invalid entries, both sorted by source.
type Inventory struct {
	Entries []entry.Entry
	Invalid []*entry.Error
}

// Read returns the inventory of all items of a table. An entry whose source is no image name is invalid, too.
func Read(all iter.Seq2[entry.Entry, error]) (Inventory, error) {
	var inv Inventory
	for e, err := range all {
		var wrong *entry.Error
		switch {
		case errors.As(err, &wrong):
			inv.Invalid = append(inv.Invalid, wrong)
		case err != nil:
			return Inventory{}, err
		case e.ValidateSource() != nil:
			inv.Invalid = append(inv.Invalid, &entry.Error{Source: e.Source, Err: e.ValidateSource()})
		default:
			inv.Entries = append(inv.Entries, e)
		}
	}
	slices.SortFunc(inv.Entries, func(a, b entry.Entry) int { return cmp.Compare(a.Source, b.Source) })
	slices.SortFunc(inv.Invalid, func(a, b *entry.Error) int { return cmp.Compare(a.Source, b.Source) })
	return inv, nil
}

// WithoutStatus leaves out the status of entries, which takes most of their memory.
func WithoutStatus(all iter.Seq2[entry.Entry, error]) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		for e, err := range all {
			e.Status = entry.Status{}
			if !yield(e, err) {
				return
			}
		}
	}
}

// Len returns the number of items.
func (inv Inventory) Len() int { return len(inv.Entries) + len(inv.Invalid) }

// Of returns the items that have the source, in whatever way they write it. A source without tag and digest is that of
// its image "latest", and that of a selection.
func (inv Inventory) Of(source string) Inventory {
	image, selected := conflict.Image(source), conflict.Selected(source)
	var found Inventory
	for _, e := range inv.Entries {
		if key := conflict.Key(e); key == image || key == selected {
			found.Entries = append(found.Entries, e)
		}
	}
	for _, e := range inv.Invalid {
		if conflict.Image(e.Source) == image {
			found.Invalid = append(found.Invalid, e)
		}
	}
	return found
}

// OfAll returns the items that have one of the sources, in the order of the sources; all items if there are no sources.
// For each source that no item has, its error has a [table.ErrNotFound].
func (inv Inventory) OfAll(sources ...string) (Inventory, error) {
	if len(sources) == 0 {
		return inv, nil
	}
	var found Inventory
	var absent []error
	for _, source := range sources {
		one := inv.Of(source)
		if one.Len() == 0 {
			absent = append(absent, fmt.Errorf("%w: %q", table.ErrNotFound, source))
		}
		found.Entries = append(found.Entries, one.Entries...)
		found.Invalid = append(found.Invalid, one.Invalid...)
	}
	return found, errors.Join(absent...)
}

// Selection returns the selection that has a source. Its error says why there is none: [table.ErrNotFound], an entry of
// an image alone, or an invalid item.
func (inv Inventory) Selection(source string) (entry.Entry, error) {
	found := inv.Of(source)
	images := len(found.Entries)
	found.Entries = slices.DeleteFunc(found.Entries, func(e entry.Entry) bool { return !e.IsSelection() })
	switch {
	case len(found.Entries) == 1:
		return found.Entries[0], nil
	case len(found.Entries) > 1:
		return entry.Entry{}, fmt.Errorf("%q is the source of several entries: remove all of %q but one", source,
			found.Keys())
	case len(found.Invalid) > 0:
		return entry.Entry{}, found.Invalid[0]
	case images > 0:
		return entry.Entry{}, fmt.Errorf("%s is not a selection: its entry has no tags, and is of one image "+
			"(controller status %s tells how it is)", source, source)
	}
	return entry.Entry{}, fmt.Errorf("%w: %q (controller list shows the sources)", table.ErrNotFound, source)
}

// Keys returns the sources as the table writes them.
func (inv Inventory) Keys() []string {
	var keys []string
	for _, e := range inv.Entries {
		keys = append(keys, e.Source)
	}
	for _, e := range inv.Invalid {
		keys = append(keys, e.Source)
	}
	return keys
}

// Completions returns the keys that begin with what is typed, for shells, without those that are given already.
func (inv Inventory) Completions(typed string, given []string) []string {
	var found []string
	for _, key := range inv.Keys() {
		// What a shell would have to quote is no name of an image.
		if strings.HasPrefix(key, typed) && !slices.Contains(given, key) && printable.Line(key) == key {
			found = append(found, key)
		}
	}
	return found
}

// Importable returns the inventory with entries that an import would refuse among the invalid ones, after them.
func (inv Inventory) Importable() Inventory {
	sound := Inventory{Invalid: slices.Clone(inv.Invalid)}
	for _, e := range inv.Entries {
		if err := e.Validate(); err != nil {
			sound.Invalid = append(sound.Invalid, &entry.Error{Source: e.Source, Err: err})
		} else {
			sound.Entries = append(sound.Entries, e)
		}
	}
	return sound
}
