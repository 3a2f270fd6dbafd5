package controller_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/ledger"
)

// A list that is cut off changes nothing, at other entries' destinations either: what the selection may have there is
// not known, and an entry that has been in conflict with it is no more free than before.
func TestABrokenListFreesNoDestination(t *testing.T) {
	for _, c := range []struct {
		name      string
		source    string // of the other entry
		broken    map[string]error
		submitted []string
	}{
		{"both are known", "r.io/other:1.0.0", nil, nil},
		{"one is not", "r.io/other:1.0.0", map[string]error{"r.io/app": errCut}, nil},
		{
			"both bring the same", "r.io/app:1.0.0",
			map[string]error{"r.io/app": errCut},
			[]string{"r.io/app:1.0.0 -> q.io/app:1.0.0"},
		},
		{
			"another destination", "r.io/far:1.0.0",
			map[string]error{"r.io/app": errCut},
			[]string{"r.io/far:1.0.0 -> q.io/far:1.0.0"},
		},
	} {
		w := &world{entries: map[string]string{}, images: images{
			"r.io/app:1.0.0": one, "r.io/other:1.0.0": two, "r.io/far:1.0.0": two,
		}}
		w.entries[c.source] = "q.io/app:1.0.0"
		if c.source == "r.io/far:1.0.0" {
			w.entries[c.source] = "q.io/far:1.0.0"
		}
		r := &registries{tags: map[string][]string{"r.io/app": {"1.0.0"}}, broken: c.broken}
		report, err := selecting(w, r, choose("r.io/app", "q.io/app")).Sweep(t.Context())
		if err != nil || report.Failed == 0 {
			t.Errorf("%s: %v, %v", c.name, report, err)
		}
		if diff := cmp.Diff(c.submitted, w.submitted); diff != "" {
			t.Errorf("%s: submitted (-want +got)\n%s", c.name, diff)
		}
	}
}

// Of a namespace whose repositories share a destination, one whose list is cut off keeps others from its place.
func TestABrokenListOfANamespaceFreesNoDestination(t *testing.T) {
	w := &world{images: images{"r.io/t/a/app:1.0.0": one, "r.io/t/b/app:1.0.0": two, "r.io/t/c:1.0.0": one}}
	r := &registries{
		tags:   map[string][]string{"r.io/t/a/app": {"1.0.0"}, "r.io/t/b/app": {"1.0.0"}, "r.io/t/c": {"1.0.0"}},
		broken: map[string]error{"r.io/t/a/app": errCut},
	}
	e := choose("r.io/t/**", "q.io/{name}")
	if _, err := selecting(w, r, e).Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"r.io/t/c:1.0.0 -> q.io/c:1.0.0"}, w.submitted); diff != "" {
		t.Errorf("submitted (-want +got)\n%s", diff)
	}
}

// An event knows its own image alone. What other selections have at its destination it asks, and no more.
func TestAnEventOnASelectionKnowsOtherSelections(t *testing.T) {
	for _, c := range []struct {
		name      string
		to        string // of the other selection
		submitted []string
		listed    map[string]int
	}{
		{"the same destination", "q.io/app", nil, map[string]int{"r.io/app": 1, "s.io/app": 1}},
		{"a prefix", "q.io/", nil, map[string]int{"r.io/app": 1, "s.io/app": 1}},
		{"another destination", "q.io/other", []string{"r.io/app:1.0.0 -> q.io/app:1.0.0"}, map[string]int{"r.io/app": 1}},
	} {
		w := &world{images: images{"r.io/app:1.0.0": one, "s.io/app:1.0.0": two, "r.io/app:1.1.0": one}}
		r := &registries{tags: map[string][]string{"r.io/app": {"1.0.0", "1.1.0"}, "s.io/app": {"1.0.0"}}}
		own := choose("r.io/app", "q.io/app")
		ctl := selecting(w, r, own, choose("s.io/app", c.to), choose("s.io/far", "q.io/far"))
		pushed, err := imagename.ParseImage("r.io/app:1.0.0")
		if err != nil {
			t.Fatal(err)
		}
		_, err = ctl.Event(t.Context(), pushed, func(yield func(entry.Entry, error) bool) { yield(own, nil) })
		if diff := cmp.Diff(c.submitted, w.submitted); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got)\n%s", c.name, err, diff)
		}
		if diff := cmp.Diff(c.listed, r.listed); diff != "" {
			t.Errorf("%s: listed (-want +got)\n%s", c.name, diff)
		}
		if len(w.status.results) > 0 {
			t.Errorf("%s: statuses of %v", c.name, w.status.results)
		}
	}
}

// A registry that does not answer when it is asked for lists holds up neither images nor the lists of others.
func TestAListThatDoesNotComeHoldsUpNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{
			entries: map[string]string{"r.io/x:1": "q.io/x:1"}, images: images{"r.io/x:1": one, "r.io/app:1.0.0": one},
		}
		r := &registries{tags: map[string][]string{"r.io/app": {"1.0.0"}}, silent: map[string]bool{}}
		var all []entry.Entry
		for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q"} {
			r.silent["mute.io/"+name] = true
			all = append(all, choose("mute.io/"+name, "q.io/"+name))
		}
		app := choose("r.io/app", "q.io/app")
		ctl := selecting(w, r, append(all, app)...)
		ctl.Limit = 2 * time.Second
		report, err := ctl.Sweep(t.Context())
		want := []string{"r.io/app:1.0.0 -> q.io/app:1.0.0", "r.io/x:1 -> q.io/x:1"}
		if diff := cmp.Diff(want, w.submitted); err != nil || diff != "" || report.Failed != len(all) || report.Unread {
			t.Errorf("%v, %v (-want +got)\n%s", report, err, diff)
		}
		const late = "failing: its lists took more than the 500ms that a sweep waits for lists"
		if diff := cmp.Diff([]string{late}, status(w, all[0])); diff != "" {
			t.Errorf("status (-want +got)\n%s", diff)
		}
	})
}

// The owner of a destination stays its owner while what its entry stands for can't be told.
func TestABrokenListLosesNoDestination(t *testing.T) {
	r := newRemembering(t)
	lists := &registries{tags: map[string][]string{"r.io/app": {"1.0.0"}}}
	r.with = func(c *controller.Controller) {
		selected := selecting(&r.world, lists, choose("r.io/app", "q.io/app"))
		c.Entries, c.Selections = selected.Entries, selected.Selections
	}
	r.images["r.io/app:1.0.0"], r.images["r.io/other:1"] = one, two
	if submitted, report := r.sweep(); len(submitted) != 1 {
		t.Fatal(submitted, report)
	}
	r.end(ledger.Outcome{})

	r.entries["r.io/other:1"] = "q.io/app:1.0.0"
	for _, broken := range []error{nil, errCut, nil, errCut} {
		lists.broken = map[string]error{"r.io/app": broken}
		if submitted, report := r.sweep(); len(submitted) != 0 || report.Failed == 0 {
			t.Errorf("%v: submitted %q, %v", broken, submitted, report)
		}
		if owner := r.record("q.io/app:1.0.0").Owner.Source; owner != "r.io/app:1.0.0" {
			t.Errorf("%v: the owner is %s", broken, owner)
		}
	}
}

// A selection of which always some image is behind is no more behind than that one.
func TestASelectionIsAsFarBehindAsItsImages(t *testing.T) {
	r := newRemembering(t)
	lists := &registries{tags: map[string][]string{"r.io/app": {"1.0.0", "1.1.0"}}}
	e := choose("r.io/app", "q.io/app")
	r.with = func(c *controller.Controller) {
		selected := selecting(&r.world, lists, e)
		c.Entries, c.Selections = selected.Entries, selected.Selections
	}
	r.images["q.io/app:1.0.0"], r.images["q.io/app:1.1.0"] = one, one
	for _, stale := range []string{"1.0.0", "1.1.0", "1.0.0"} {
		r.images["r.io/app:1.0.0"], r.images["r.io/app:1.1.0"] = one, one
		r.images["r.io/app:"+stale] = two
		r.now = r.now.Add(time.Hour)
		r.sweep()
		result := r.status.results[e.Source]
		if e.Status = e.After(result); !e.Status.Behind().Equal(r.now) {
			t.Errorf("%s at %s: %+v", stale, r.now, e.Status)
		}
	}
}

// Images of selections wait for others to go with. What expires meanwhile is not submitted.
func TestASelectionThatExpiresWhileItsImagesWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{
			entries: map[string]string{"r.io/x:1": "q.io/x:1"}, images: images{"r.io/x:1": one, "r.io/app:1.0.0": one},
		}
		w.onLookUp = func(_ context.Context, name string) {
			if name == "r.io/x:1" {
				time.Sleep(time.Second) // until nothing else happens: the other image waits
			}
		}
		r := &registries{tags: map[string][]string{"r.io/app": {"1.0.0"}}}
		e := choose("r.io/app", "q.io/app")
		e.Expires = time.Now().Add(time.Second)
		if _, err := selecting(w, r, e).Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"r.io/x:1 -> q.io/x:1"}, w.submitted); diff != "" {
			t.Errorf("submitted (-want +got)\n%s", diff)
		}
	})
}

// Where there is no ledger, an entry and selections that want the same image at the same place have one job.
func TestOneJobForAnEntryAndSelectionsThatAgree(t *testing.T) {
	w := &world{
		entries: map[string]string{"app:1.0.0": "q.io/library/app:1.0.0,q.io/far:1"},
		images:  images{"docker.io/library/app:1.0.0": one},
	}
	r := &registries{tags: map[string][]string{"docker.io/library/app": {"1.0.0"}}}
	ctl := selecting(w, r, choose("docker.io/library/**", "q.io/"), choose("docker.io/library/app", "Q.io:443/"))
	report, err := ctl.Sweep(t.Context())
	if diff := cmp.Diff([]string{"app:1.0.0 -> q.io/library/app:1.0.0,q.io/far:1"}, w.submitted); err != nil || diff != "" {
		t.Errorf("%v, %v: submitted (-want +got)\n%s", report, err, diff)
	}
	if report.InFlight != 2 || report.Failed != 0 {
		t.Error(report)
	}
}

// A plan of some entries knows the others that are in their way.
func TestAPlanOfSomeEntriesKnowsTheOthers(t *testing.T) {
	w := &world{entries: map[string]string{"r.io/a:1": "q.io/x:1", "r.io/b:1": "q.io/x:1,q.io/b:1"}, images: images{
		"r.io/a:1": one, "r.io/b:1": two,
	}}
	results, report, err := w.controller().PlanOf(t.Context(), named(w, "r.io/b:1"))
	if err != nil || len(results) != 1 || report.Failed != 1 || results[0].Destinations[0].State != entry.Failing ||
		results[0].Destinations[1].State != entry.Stale {
		t.Errorf("%+v, %v, %v", results, report, err)
	}
}
