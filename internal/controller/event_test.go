package controller_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
)

func TestAnEventLooksAtItsEntriesAlone(t *testing.T) {
	w := &world{
		entries: map[string]string{"r.io/app:latest": "r.io/b:1", "r.io/app": "r.io/c:1", "r.io/other:1": "r.io/d:1"},
		images:  images{"r.io/app:latest": one, "r.io/other:1": one},
	}
	report, err := w.controller().Event(t.Context(), imagename.Name{}, named(w, "r.io/app:latest", "r.io/app"))
	if err != nil || report.Entries != 2 {
		t.Errorf("%v, %v", report, err)
	}
	if diff := cmp.Diff([]string{"r.io/app -> r.io/c:1", "r.io/app:latest -> r.io/b:1"}, w.submitted); diff != "" {
		t.Errorf("submitted (-want +got)\n%s", diff)
	}
	if w.lookedUp["r.io/app:latest"] != 1 || w.listed != 1 {
		t.Errorf("looked up %v, jobs listed %d times", w.lookedUp, w.listed)
	}
}

func TestAnEventOnWhatIsInFlightSubmitsNothing(t *testing.T) {
	w := &world{
		entries: map[string]string{"r.io/app:1": "r.io/b:1"}, images: images{"r.io/app:1": one},
		copying: map[string]bool{"r.io/app:1 -> r.io/b:1": true},
	}
	report, err := w.controller().Event(t.Context(), imagename.Name{}, named(w, "r.io/app:1"))
	if err != nil || report.InFlight != 1 || len(w.submitted) != 0 {
		t.Errorf("%v, %v; submitted %q", report, err, w.submitted)
	}
}

func TestAnEventOnABadEntryFails(t *testing.T) {
	w := &world{}
	report, err := w.controller().Event(t.Context(), imagename.Name{}, func(yield func(entry.Entry, error) bool) {
		yield(entry.Entry{}, &entry.Error{Source: "r.io/app:1", Err: errors.New("no Destination")})
	})
	if err != nil || report.Failed != 1 {
		t.Errorf("%v, %v", report, err)
	}
}

func TestAnEventWithoutATableFails(t *testing.T) {
	w := &world{}
	if _, err := w.controller().Event(t.Context(), imagename.Name{}, func(yield func(entry.Entry, error) bool) {
		yield(entry.Entry{}, errBroken)
	}); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

// ending are entries the reading of which ends a context, and with it the reading.
type ending struct{ end context.CancelCauseFunc }

func (e ending) All(ctx context.Context, _ time.Time) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		e.end(errBroken)
		yield(entry.Entry{}, context.Cause(ctx))
	}
}

// What is being decided about when the context ends has not failed by itself: the table is read for conflicts then.
func TestWhatTheEndOfTheContextInterruptsHasNotFailed(t *testing.T) {
	w := &world{
		entries: map[string]string{"r.io/app:1": "r.io/b:1", "r.io/app:2": "r.io/b:2"},
		images:  images{"r.io/app:1": one, "r.io/app:2": one},
	}
	ctx, end := context.WithCancelCause(t.Context())
	defer end(nil)
	c := w.controller()
	c.Entries = ending{end}
	report, err := c.Event(ctx, imagename.Name{}, named(w, "r.io/app:1", "r.io/app:2"))
	if !errors.Is(err, errBroken) || report.Failed != 0 || len(report.Errors) != 0 || len(w.status.results) != 0 {
		t.Errorf("%v, %v %v; statuses %v", err, report, report.Errors, w.status.results)
	}
}

// named iterates entries of the world by their sources.
func named(w *world, sources ...string) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		for _, source := range sources {
			if !yield(w.entry(source), nil) {
				return
			}
		}
	}
}

func TestPlanSaysWhyAndSubmitsNothing(t *testing.T) {
	w := &world{
		entries: map[string]string{"r.io/z:1": "r.io/b:1,r.io/c:1,r.io/d:1,r.io/e:1", "r.io/a:1": "r.io/a:2"},
		images:  images{"r.io/z:1": one, "r.io/b:1": one, "r.io/c:1": two},
		broken:  map[string]error{"r.io/e:1": errBroken},
	}
	c := w.controller()
	c.Jobs = nil
	decisions, report, err := c.Plan(t.Context())
	if err != nil || report.Stale != 2 || report.Failed != 2 {
		t.Errorf("%v, %v", report, err)
	}
	var got []string
	for _, d := range decisions {
		if d.Err != nil {
			got = append(got, d.Source+": "+d.Err.Error())
		}
		for _, dest := range d.Destinations {
			got = append(got, d.Source+" -> "+dest.Name+": "+string(dest.State)+", "+dest.Reason())
		}
	}
	want := []string{
		"r.io/a:1: source image does not exist",
		"r.io/z:1 -> r.io/b:1: current, has the source's digest",
		"r.io/z:1 -> r.io/c:1: stale, has " + two.String(),
		"r.io/z:1 -> r.io/d:1: stale, does not exist",
		"r.io/z:1 -> r.io/e:1: failing, registry is on fire",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("plan (-want +got)\n%s", diff)
	}
}

// An event is about one entry, and the entry in its way may be any other. The table is read for it
// only where something would be submitted.
func TestAnEventSubmitsNothingForADestinationThatAnotherEntryWrites(t *testing.T) {
	for _, c := range []struct {
		name      string
		images    images
		submitted []string
		failed    int
		reads     int
	}{
		{"stale", images{"r.io/a:1": two, "r.io/b:1": one, "r.io/c:1": one}, []string{"r.io/a:1 -> r.io/c:1"}, 1, 1},
		{"current", images{"r.io/a:1": one, "r.io/b:1": one, "r.io/c:1": one}, nil, 0, 0},
	} {
		w := &world{
			entries: map[string]string{"r.io/a:1": "r.io/b:1,r.io/c:1", "r.io/z:1": "r.io/b:1"}, images: c.images,
		}
		report, err := w.controller().Event(t.Context(), imagename.Name{},
			func(yield func(entry.Entry, error) bool) { yield(w.entry("r.io/a:1"), nil) })
		if err != nil || report.Failed != c.failed || w.reads != c.reads {
			t.Errorf("%s: %v, %v, the table was read %d times", c.name, report, err, w.reads)
		}
		if diff := cmp.Diff(c.submitted, w.submitted); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.name, diff)
		}
	}
}

func TestAnEventSubmitsNothingWithoutKnowingWhatIsInConflict(t *testing.T) {
	w := &world{
		entries: map[string]string{"r.io/a:1": "r.io/b:1"}, images: images{"r.io/a:1": one}, tableErr: errBroken,
	}
	report, err := w.controller().Event(t.Context(), imagename.Name{},
		func(yield func(entry.Entry, error) bool) { yield(w.entry("r.io/a:1"), nil) })
	if err != nil || report.Failed != 1 || !errors.Is(report.Errors[0], errBroken) || w.submitted != nil {
		t.Errorf("%v, %v, %v", report, err, w.submitted)
	}
}
