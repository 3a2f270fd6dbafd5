package controller_test

import (
	"errors"
	"strings"
	"testing"

	"ecrmirror/internal/entry"
)

// An entry that is edited until it is invalid still owns what it has mirrored: a typing error must not let another
// entry's image have the tag. Once the entry is gone the tag is free.
func TestAnInvalidEntryKeepsWhatItOwns(t *testing.T) {
	for _, c := range []struct {
		name, item string // the source of the item that is invalid
	}{
		{"of the image", ledgerSource},
		{"of the image, in other words", "GHCR.io/org/app:1"},
		{"a selection of its repository", "ghcr.io/org/app"},
		{"a selection of its namespace", "ghcr.io/org/**"},
	} {
		t.Run(c.name, func(t *testing.T) {
			const other = "quay.io/other/app:1"
			r := newRemembering(t)
			r.entries[ledgerSource], r.images[ledgerSource] = ledgerDestination, one
			if submitted, _ := r.sweep(); len(submitted) != 1 {
				t.Fatal(submitted)
			}
			delete(r.entries, ledgerSource)
			r.bad = map[string]error{c.item: errors.New("Expires is no number")}
			r.entries[other], r.images[other] = ledgerDestination, two
			submitted, report := r.sweep()
			d := r.status.results[other].Destinations[0]
			owned := "is mirrored from " + ledgerSource
			if len(submitted) > 0 || d.State != entry.Failing || !strings.Contains(d.Err.Error(), owned) {
				t.Errorf("%v, %s, %+v", submitted, report, d)
			}
			r.bad = map[string]error{"ghcr.io/org/other": errors.New("wrong")}
			if submitted, report := r.sweep(); len(submitted) != 1 {
				t.Errorf("once it is gone: %v, %s", submitted, report)
			}
		})
	}
}
