package controller_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
)

// fence allows names of host r.io alone.
type fence struct{}

var errNotAllowed = errors.New("not allowed: by this test")

func (fence) Source(name imagename.Name) error { return fence{}.Destination(name) }
func (fence) Destination(name imagename.Name) error {
	if name.Host != "r.io" {
		return errNotAllowed
	}
	return nil
}

// TestWhatIsNotAllowedIsAFailureAndNobodyIsAskedAboutIt by a sweep, an event and a plan alike.
func TestWhatIsNotAllowedIsAFailureAndNobodyIsAskedAboutIt(t *testing.T) {
	entries := map[string]string{
		"r.io/a:1":    "r.io/b:1,evil.io/b:1,r.io/c:1",
		"evil.io/a:1": "r.io/d:1",
		"r.io/e:1":    "evil.io/e:1",
		"r.io/f:1":    "r.io/g:1",
		"r.io/h:1":    "r.io/i:1",
	}
	artifacts := map[string]string{"r.io/h:1": "evil.io/h"}
	everywhere := images{"r.io/a:1": one, "evil.io/a:1": one, "r.io/e:1": one, "r.io/f:1": one, "r.io/g:1": one, "r.io/h:1": one}
	wantErrs := []string{
		`entry "evil.io/a:1": source: not allowed: by this test`,
		`entry "r.io/a:1": destination "evil.io/b:1": not allowed: by this test`,
		`entry "r.io/e:1": destination "evil.io/e:1": not allowed: by this test`,
		`entry "r.io/h:1": artifactsFrom: not allowed: by this test`,
	}
	check := func(how string, w *world, report controller.Report, submitted []string) {
		t.Helper()
		var errs []string
		for _, err := range report.Errors {
			errs = append(errs, err.Error())
		}
		slices.Sort(errs)
		if diff := cmp.Diff(wantErrs, errs); diff != "" {
			t.Errorf("%s (-want +got):\n%s", how, diff)
		}
		if report.Entries != 5 || report.Failed != 4 || report.Current != 1 || report.Stale != 2 {
			t.Errorf("%s: %+v", how, report)
		}
		if diff := cmp.Diff(submitted, w.submitted); diff != "" {
			t.Errorf("%s: submitted (-want +got):\n%s", how, diff)
		}
		for name := range w.lookedUp {
			if strings.Contains(name, "evil") || name == "r.io/d:1" {
				t.Errorf("%s: %s was looked up", how, name)
			}
		}
	}
	jobs := []string{"r.io/a:1 -> r.io/b:1,r.io/c:1"}
	for _, how := range []string{"sweep", "event", "plan"} {
		w := &world{entries: entries, images: everywhere, artifacts: artifacts}
		ctl := w.controller()
		ctl.Allowed = fence{}
		var report controller.Report
		var err error
		switch how {
		case "sweep":
			report, err = ctl.Sweep(t.Context())
		case "event":
			report, err = ctl.Event(t.Context(), imagename.Name{}, func(yield func(entry.Entry, error) bool) {
				for _, source := range slices.Sorted(maps.Keys(entries)) {
					if !yield(w.entry(source), nil) {
						return
					}
				}
			})
		default:
			var results []entry.Result
			results, report, err = ctl.Plan(t.Context())
			for _, d := range results {
				for _, dest := range d.Destinations {
					if want := strings.Contains(dest.Name, "evil"); want != strings.HasPrefix(dest.Reason(),
						"not allowed") {
						t.Errorf("reason for %s: %s", dest.Name, dest.Reason())
					}
				}
			}
		}
		if err != nil {
			t.Fatal(fmt.Errorf("%s: %w", how, err))
		}
		if how == "plan" {
			check(how, w, report, nil)
		} else {
			check(how, w, report, jobs)
		}
	}
}
