package statusview

import (
	"context"
	"errors"
	"fmt"
	"iter"
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

// Read returns the status of all items of a table, or of the first of the sources, in whatever way the table writes it.
// The whole table is read: what an entry is in conflict with may be anywhere. It is an error if the source has no
// entry, or an invalid one. Owners may be nil.
func Read(ctx context.Context, t Table, owners Owners, now time.Time, source ...string) ([]Entry, error) {
	inv, err := inventory.Read(t.All(ctx, now))
	if err != nil {
		return nil, err
	}
	conflicts := conflict.Among(inv.Entries)
	own(ctx, conflicts, inv.Entries, owners)
	if len(source) == 0 {
		return Of(inv, conflicts, now), nil
	}
	inv = inv.Of(source[0])
	switch {
	case len(inv.Invalid) > 0:
		return nil, inv.Invalid[0]
	case len(inv.Entries) == 0: // its item tells whether it has expired, and it may have been written meanwhile
		e, err := t.Get(ctx, source[0], now)
		if errors.Is(err, table.ErrNotFound) {
			err = fmt.Errorf("%w (controller list shows the sources)", err)
		}
		if err != nil {
			return nil, err
		}
		inv.Entries = append(inv.Entries, e)
	}
	return Of(inv, conflicts, now), nil
}

// own asks for the owners of the destinations that several entries have.
func own(ctx context.Context, conflicts *conflict.Found, entries []entry.Entry, owners Owners) {
	var contested []entry.Name
	for _, e := range entries {
		names := e.Names()
		for _, d := range names.Destinations {
			if conflicts.Destination(names.Source, d) != nil {
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
