package controller_test

import (
	"context"
	"iter"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/entry"
)

// these iterates entries.
func these(entries ...entry.Entry) iter.Seq2[entry.Entry, error] { return others(entries).All }

// others are entries.
type others []entry.Entry

// All yields them.
func (o others) All(yield func(entry.Entry, error) bool) {
	for _, e := range o {
		if !yield(e, nil) {
			return
		}
	}
}

// A sweep of some entries does those, selections among them, and holds them against all others.
func TestASweepOfSomeEntries(t *testing.T) {
	w := &world{
		images:  images{"r.io/a:1": one, "r.io/b:1": one, "r.io/c:1": one, "r.io/app:1.0.0": one},
		entries: map[string]string{"r.io/a:1": "q.io/a:1", "r.io/b:1": "q.io/b:1", "r.io/c:1": "q.io/b:1"},
	}
	r := &registries{tags: map[string][]string{"r.io/app": {"1.0.0"}, "r.io/far": {"2.0.0"}}}
	app := choose("r.io/app", "q.io/app")
	c := selecting(w, r, app, choose("r.io/far", "q.io/far"))
	var found []string
	c.Found = func(result entry.Result) { found = append(found, result.Source) }
	report, err := c.SweepOf(t.Context(), these(w.entry("r.io/a:1"), w.entry("r.io/b:1"), app))
	if err != nil || report.Entries != 3 || report.Failed != 1 {
		t.Errorf("%v, %v: b is in conflict with c, which is not among them", report, err)
	}
	slices.Sort(w.submitted)
	if diff := cmp.Diff([]string{"r.io/a:1 -> q.io/a:1", "r.io/app:1.0.0 -> q.io/app:1.0.0"}, w.submitted); diff != "" {
		t.Errorf("submitted (-want +got)\n%s", diff)
	}
	slices.Sort(found)
	if diff := cmp.Diff([]string{"r.io/a:1", "r.io/app:1.0.0", "r.io/b:1"}, found); diff != "" {
		t.Errorf("found (-want +got)\n%s", diff)
	}
	if r.listed["r.io/far"] > 0 {
		t.Error("a selection was listed that can't be in the way")
	}
}

// Images of selections wait for others of their kind no longer than they may, whatever a slow registry does.
func TestImagesAreGatheredForATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{images: images{"r.io/app:1.0.0": one, "r.io/app:2.0.0": one, "slow.io/app:1.0.0": one}}
		r := &registries{tags: map[string][]string{"r.io/app": {"1.0.0", "2.0.0"}, "slow.io/app": {"1.0.0"}}}
		c := selecting(w, r, choose("r.io/app", "q.io/app"), choose("slow.io/app", "q.io/slow"))
		c.GatherFor = time.Second
		submitted := make(chan struct{})
		w.onSubmit = sync.OnceFunc(func() { close(submitted) })
		w.onLookUp = func(_ context.Context, name string) {
			if name == "slow.io/app:1.0.0" {
				<-submitted // for ever, unless what is known goes before
			}
		}
		report, err := c.Sweep(t.Context())
		if err != nil || report.Submitted != 3 {
			t.Errorf("%v, %v", report, err)
		}
	})
}
