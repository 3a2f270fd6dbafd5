package controller_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/selection"
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

// A selection that is valid owns what it chooses, and no more, also where something else of it is wrong: a pinned tag
// that does not exist must not keep a tag that it chooses no more.
func TestASelectionWithAnErrorFreesWhatItChoosesNoMore(t *testing.T) {
	const other = "quay.io/other/app:1"
	r := newRemembering(t)
	r.entries[ledgerSource], r.images[ledgerSource] = ledgerDestination, one
	if submitted, _ := r.sweep(); len(submitted) != 1 {
		t.Fatal(submitted)
	}
	delete(r.entries, ledgerSource)
	r.entries[other], r.images[other], r.images["ghcr.io/org/app:2.0.0"] = ledgerDestination, two, one
	e := choose("ghcr.io/org/app", "q.io/app")
	e.Tags = append(e.Tags, entry.Rule{Rule: selection.Rule{Pin: []string{"nosuch"}}})
	lists := &registries{tags: map[string][]string{"ghcr.io/org/app": {"2.0.0"}}}
	r.with = func(c *controller.Controller) {
		c.Entries = both{&r.world, []entry.Entry{e}}
		c.Selections = func() controller.Selections { return &expansion.Expander{Lists: lists, Now: time.Now} }
	}
	if submitted, report := r.sweep(); !slices.ContainsFunc(submitted, func(s string) bool {
		return strings.HasPrefix(s, other)
	}) {
		t.Errorf("%q, %s, %v", submitted, report, report.Errors)
	}
}
