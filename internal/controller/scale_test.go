package controller_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/table"
)

var noon = time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC)

func TestWhatARegistryDoesNotBearNowIsDeferred(t *testing.T) {
	w := &world{
		entries: map[string]string{
			"hub.io/a:1": "r.io/a:1", "hub.io/b:1": "r.io/b:1", "hub.io/c:1": "r.io/c:1,r.io/d:1,r.io/e:1",
			"r.io/x:1": "hub.io/x:1,r.io/y:1",
		},
		images: images{"hub.io/a:1": one, "r.io/a:1": one, "hub.io/c:1": one, "r.io/c:1": one, "r.io/x:1": two},
		broken: map[string]error{"hub.io/b:1": later{noon}, "hub.io/x:1": later{}, "r.io/e:1": errBroken},
		// It answered for some images before it was out of budget.
		deferred: map[string]time.Time{"hub.io": noon.Add(time.Hour)},
	}
	report, err := w.controller().Sweep(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"r.io/x:1 -> r.io/y:1"}, w.submitted); diff != "" {
		t.Error(diff)
	}
	want := controller.Report{
		Entries: 4, Current: 1, Stale: 2, Submitted: 1, Deferred: 3, Failed: 1, Until: noon.Add(time.Hour),
	}
	if diff := cmp.Diff(want, report, cmpopts.IgnoreFields(report, "Errors", "OldestLag", "Duration")); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(report.String(),
		"entries: 4 (current 1, deferred 3 until 2027-01-31T13:00:00Z, failed 1); ") {
		t.Error(report)
	}
	if c := w.status.results["hub.io/b:1"]; c.State() != entry.Deferred || c.Err == nil || c.Digest != "" {
		t.Errorf("got %+v", c)
	}
	states := map[string]entry.State{}
	for _, f := range w.status.results["hub.io/c:1"].Destinations {
		states[f.Name] = f.State
	}
	if diff := cmp.Diff(map[string]entry.State{
		"r.io/c:1": entry.Current, "r.io/d:1": entry.Deferred,
		"r.io/e:1": entry.Failing,
	}, states); diff != "" {
		t.Error(diff)
	}
}

func TestAStatusIsWrittenForEachEntry(t *testing.T) {
	w := &world{
		entries: map[string]string{
			"r.io/a:1": "r.io/b:1,r.io/c:1,r.io/d:1,r.io/e:1", "r.io/gone:1": "r.io/gone:2", "r.io/no:1": "r.io/n:1",
		},
		bad:     map[string]error{"bad": errors.New("no Destination")}, // has none
		images:  images{"r.io/a:1": one, "r.io/b:1": one, "r.io/c:1": two, "r.io/no:1": two},
		broken:  map[string]error{"r.io/d:1": errBroken},
		copying: map[string]bool{"r.io/a:1 -> r.io/e:1": true}, submitErr: map[string]error{"r.io/no:1": errBroken},
	}
	c := w.controller()
	c.Now = func() time.Time { return noon }
	if _, err := c.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := map[string]entry.Result{
		"r.io/a:1": {Source: "r.io/a:1", Time: noon, Digest: one, Size: 1, Destinations: []entry.DestinationResult{
			{Name: "r.io/b:1", Wanted: one, State: entry.Current, Digest: one},
			{Name: "r.io/c:1", Wanted: one, State: entry.Submitted, Digest: two, Differs: true, JobID: "job-1"},
			{Name: "r.io/d:1", Wanted: one, State: entry.Failing, Err: errBroken},
			{Name: "r.io/e:1", Wanted: one, State: entry.Submitted, Differs: true},
		}},
		"r.io/gone:1": {Source: "r.io/gone:1", Time: noon, Err: cmpopts.AnyError},
		"r.io/no:1": {Source: "r.io/no:1", Time: noon, Digest: two, Size: 1, Destinations: []entry.DestinationResult{
			{Name: "r.io/n:1", Wanted: two, State: entry.Failing, Err: errBroken, Differs: true},
		}},
	}
	if diff := cmp.Diff(want, w.status.results, likeResults); diff != "" {
		t.Error(diff)
	}
}

// likeResults compares results.
var likeResults = cmp.Options{cmpopts.EquateErrors(), cmpopts.EquateComparable(entry.Wants{})}

func TestEachDestinationOfASplitJobIsToldItsOwn(t *testing.T) {
	w := &world{
		entries:   map[string]string{"r.io/a:1": "r.io/b:1,r.io/c:1,r.io/d:1"},
		images:    images{"r.io/a:1": one},
		split:     true,
		submitErr: map[string]error{"r.io/a:1 -> r.io/d:1": errBroken},
	}
	if _, err := w.controller().Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []entry.DestinationResult{
		{Name: "r.io/b:1", Wanted: one, State: entry.Submitted, Differs: true, JobID: "job-1"},
		{Name: "r.io/c:1", Wanted: one, State: entry.Submitted, Differs: true, JobID: "job-2"},
		{Name: "r.io/d:1", Wanted: one, State: entry.Failing, Differs: true, Err: errBroken},
	}
	if diff := cmp.Diff(want, w.status.results["r.io/a:1"].Destinations, likeResults); diff != "" {
		t.Error(diff)
	}
}

func TestStatusesThatCannotBeWrittenAreOneWarning(t *testing.T) {
	var log strings.Builder
	w := &world{status: recorder{closed: table.Recorded{Failed: 7, Err: errBroken}}}
	c := w.controller()
	c.Log = slog.New(slog.NewTextHandler(&log, nil))
	report, err := c.Sweep(t.Context())
	if err != nil || report.Unrecorded != 7 || strings.Count(log.String(), "level=WARN") != 1 {
		t.Errorf("%v, %v\n%s", report, err, &log)
	}
}

func TestAnEntryThatExpiresDuringASweepIsDropped(t *testing.T) {
	w := &world{
		entries: map[string]string{"r.io/a:1": "r.io/b:1", "r.io/c:1": "r.io/d:1"},
		images:  images{"r.io/a:1": one, "r.io/c:1": one},
		expires: map[string]time.Time{"r.io/a:1": noon.Add(time.Second), "r.io/c:1": noon.Add(2 * time.Second)},
	}
	c := w.controller()
	var times atomic.Int32
	c.Now = func() time.Time { // the sweep starts at noon and gets on a second later
		if times.Add(1) == 1 {
			return noon
		}
		return noon.Add(1999 * time.Millisecond)
	}
	report, err := c.Sweep(t.Context())
	if err != nil || report.Entries != 1 {
		t.Errorf("%v, %v", report, err)
	}
	if diff := cmp.Diff([]string{"r.io/c:1 -> r.io/d:1"}, w.submitted); diff != "" {
		t.Error(diff)
	}
}

func TestAnImageThatEntriesOfSeveralWavesNameIsLookedUpOnce(t *testing.T) {
	const entries = 1_500 // more than a wave, by their statuses
	text := strings.Repeat("x", 8<<10)
	w := &world{
		statuses: map[string]entry.Status{},
		entries:  map[string]string{"x:1": "r.io/b:last", "docker.io/library/x:1": "r.io/a:0,r.io/broken:1"},
		images:   images{"docker.io/library/x:1": one, "r.io/b:last": one, "r.io/a:0": one},
		broken:   map[string]error{"r.io/broken:1": errBroken},
	}
	for i := range entries {
		source := fmt.Sprintf("r.io/a:%d", i)
		w.entries[source], w.images[source] = "r.io/a:0,r.io/broken:1", one
		w.statuses[source] = entry.Status{Error: text}
	}
	delete(w.entries, "r.io/a:0")
	report, err := w.controller().Sweep(t.Context())
	if err != nil || report.Entries != entries+1 || report.Failed != entries+1 || report.Current != 0 ||
		len(report.Errors) != 1000 {
		t.Errorf("%v, %v, %d errors", report, err, len(report.Errors))
	}
	for name, times := range w.lookedUp {
		if times != 1 {
			t.Errorf("%s was looked up %d times", name, times)
		}
	}
}
