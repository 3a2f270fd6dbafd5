// Package entrydiff compares the entries of a table with those of a file, and changes the table.
package entrydiff

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/table"
)

// A Step is what is to be done about one entry.
type Step struct {
	Change table.Change
	Entry  entry.Entry // as it will be; as it is if it is removed, the source alone if its item is invalid
	Old    entry.Entry // as it is, if it is replaced; zero if its item is invalid
}

// A Difference is what lies between a file and a table.
type Difference struct {
	Steps []Step         // what makes the table's entries those of the file, sorted by source
	Left  []entry.Entry  // entries of the table that the file does not have, and that stay
	Bad   []*entry.Error // items of the table that are no good entries, or none that a file can have
}

// Diff returns what makes the table's entries those of the file. With prune, entries that the
// file does not have are removed; without it, and where the item is not a good entry
// or none that a file can have, they stay. An entry of the file that has expired by now is not created, but ends
// one that is in the table. Where the table writes the name of a source in another way than the
// file, that is the entry, and its key stays. The error is that of reading the table.
func Diff(
	file []entry.Entry, inTable iter.Seq2[entry.Entry, error], prune bool, now time.Time,
) (d Difference, err error) {
	there, err := d.read(inTable)
	if err != nil {
		return Difference{}, err
	}
	wanted := bySource(file, there)
	for _, item := range there {
		want, ok := wanted[item.Source]
		delete(wanted, item.Source)
		if ok {
			d.Steps = append(d.Steps, stepTo(want, item, now))
		} else if !item.bad {
			d.leave(item.Entry, prune)
		}
	}
	for _, e := range wanted {
		if !e.ExpiredBy(now) {
			d.Steps = append(d.Steps, Step{Change: table.Created, Entry: e})
		}
	}
	slices.SortFunc(d.Steps, func(a, b Step) int { return cmp.Compare(a.Entry.Source, b.Entry.Source) })
	return d, nil
}

// read reads the items of the table, and notes the invalid ones.
func (d *Difference) read(inTable iter.Seq2[entry.Entry, error]) (there []found, err error) {
	for old, err := range inTable {
		wrong, isBad := errors.AsType[*entry.Error](err)
		switch {
		case isBad:
			old = entry.Entry{Source: wrong.Source}
			d.Bad = append(d.Bad, wrong)
		case err != nil:
			return nil, err
		}
		there = append(there, found{old, isBad})
	}
	return there, nil
}

// stepTo returns what makes an item the entry that the file has.
func stepTo(want entry.Entry, item found, now time.Time) Step {
	switch {
	case want.ExpiredBy(now):
		return Step{Change: table.Removed, Entry: item.Entry}
	case item.bad:
		return Step{Change: table.Replaced, Entry: want}
	case want.Same(item.Entry):
		return Step{Change: table.Kept, Entry: want, Old: item.Entry}
	}
	return Step{Change: table.Replaced, Entry: want, Old: item.Entry}
}

// leave leaves an entry that the file does not have, or removes it. One that no file could have is left in any case.
func (d *Difference) leave(e entry.Entry, prune bool) {
	if prune {
		err := e.Validate()
		if err == nil {
			d.Steps = append(d.Steps, Step{Change: table.Removed, Entry: e})
			return
		}
		d.Bad = append(d.Bad, &entry.Error{Source: e.Source, Err: err})
	}
	d.Left = append(d.Left, e)
}

// found is an item of the table. Of a bad one there is only the source.
type found struct {
	entry.Entry
	bad bool
}

// bySource returns the file's entries by the keys that they have in the table, or will have.
func bySource(file []entry.Entry, there []found) map[string]entry.Entry {
	keys := map[string]bool{}
	images := map[string]string{} // keys by what they mean
	for _, item := range there {
		keys[item.Source] = true
		images[conflict.Key(item.Entry)] = item.Source
	}
	wanted := make(map[string]entry.Entry, len(file))
	written := map[string]bool{}
	for _, e := range file {
		written[e.Source] = true
	}
	for _, e := range file {
		if key, ok := images[conflict.Key(e)]; ok && !keys[e.Source] && !written[key] {
			e.Source = key
		}
		wanted[e.Source] = e
	}
	return wanted
}

// Conflicts returns which of the entries that the steps write would be in conflict with others of
// the table, or of the file, an error for each destination; see package conflict. Of a selection this is known of the
// tags that it pins.
func (d Difference) Conflicts() error {
	all := slices.Clone(d.Left)
	for _, step := range d.Steps {
		if step.Change != table.Removed {
			all = append(all, step.Entry)
		}
	}
	among := conflict.AllCertain(all)
	var errs []error
	for _, step := range d.Steps {
		if step.Change != table.Created && step.Change != table.Replaced {
			continue
		}
		for _, err := range among.Entry(step.Entry) {
			errs = append(errs, fmt.Errorf("entry %q: %w", step.Entry.Source, err))
		}
	}
	return errors.Join(errs...)
}
