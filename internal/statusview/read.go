package statusview

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/inventory"
	"ecrmirror/internal/table"
)

// A Table has the entries that are shown. [table.Table] implements it, and says which errors there are.
type Table interface {
	All(ctx context.Context, now time.Time) iter.Seq2[entry.Entry, error]
	Get(ctx context.Context, source string, now time.Time) (entry.Entry, error)
}

// Owners returns the source images that own destinations, in the form of [conflict.Image], one for each; "" if nobody
// does, or if that is not known.
type Owners func(ctx context.Context, destinations []entry.Name) []string

// A Reader reads the status of entries.
type Reader struct {
	Table  Table  // required
	Owners Owners // nil = they are not known
	// Images returns the images of a selection; nil = they are not shown.
	Images func(ctx context.Context, selection entry.Entry) []Entry
	Now    time.Time
}

// All returns the status of all items of the table.
func (r Reader) All(ctx context.Context) ([]Entry, error) {
	inv, conflicts, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	return Of(inv, conflicts, r.Now), nil
}

// read reads the whole table: what an entry is in conflict with may be anywhere.
func (r Reader) read(ctx context.Context) (inventory.Inventory, *conflict.Found, error) {
	inv, err := inventory.Read(r.Table.All(ctx, r.Now))
	if err != nil {
		return inv, nil, err
	}
	conflicts := conflict.Among(inv.Entries)
	own(ctx, conflicts, inv.Entries, r.Owners)
	return inv, conflicts, nil
}

// One returns the status of the entry of a source, in whatever way the table writes it, with the images of a selection.
// It is an error if the source has no entry, or an invalid one.
func (r Reader) One(ctx context.Context, source string) ([]Entry, error) {
	inv, conflicts, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	inv = inv.Of(source)
	switch {
	case len(inv.Invalid) > 0:
		return nil, inv.Invalid[0]
	case len(inv.Entries) == 0: // its item tells whether it has expired, and it may have been written meanwhile
		e, err := r.Table.Get(ctx, source, r.Now)
		if errors.Is(err, table.ErrNotFound) {
			err = fmt.Errorf("%w (controller list shows the sources)", err)
		}
		if err != nil {
			return nil, err
		}
		inv.Entries = append(inv.Entries, e)
	}
	list := Of(inv, conflicts, r.Now)
	for _, e := range inv.Entries {
		if !e.IsSelection() || r.Images == nil {
			continue
		}
		i := slices.IndexFunc(list, func(s Entry) bool { return s.Source == e.Source })
		list[i].Images = r.Images(ctx, e)
	}
	return list, nil
}

// own asks for the owners of the destinations that several entries have.
func own(ctx context.Context, conflicts *conflict.Found, entries []entry.Entry, owners Owners) {
	var contested []entry.Name
	for _, e := range entries {
		names := e.Names()
		for _, d := range names.Destinations {
			if conflicts.Destination(names.Source, names.Wants, d) != nil {
				contested = append(contested, d)
			}
		}
	}
	if owners == nil || len(contested) == 0 {
		return
	}
	for i, owner := range owners(ctx, contested) {
		conflicts.Own(contested[i], owner)
	}
}
