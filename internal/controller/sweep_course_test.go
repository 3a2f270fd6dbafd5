package controller_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEachImageIsLookedUpOnce(t *testing.T) {
	w := &world{
		entries: map[string]string{
			"r.io/a:1": "r.io/b:1,r.io/c:1", "r.io/c:1": "r.io/b:1", "docker.io/library/x:1": "r.io/b:1",
			"x:1":                    "r.io/d:1",
			"r.io/p@" + one.String(): "r.io/c:1", "r.io/broken:1": "r.io/never:1",
		},
		images: images{
			"r.io/a:1": one, "r.io/b:1": one, "r.io/c:1": one, "docker.io/library/x:1": one, "r.io/d:1": one,
		},
		broken: map[string]error{"r.io/broken:1": errBroken},
	}
	if _, err := w.controller().Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{
		"r.io/a:1": 1, "r.io/b:1": 1, "r.io/c:1": 1, "docker.io/library/x:1": 1, "r.io/d:1": 1, "r.io/broken:1": 1,
		"r.io/never:1": 1,
	}
	if diff := cmp.Diff(want, w.lookedUp); diff != "" {
		t.Errorf("lookups (-want +got)\n%s", diff)
	}
	if w.listed != 0 {
		t.Error("jobs in flight were listed though nothing is stale")
	}
}

func TestARegistryThatIsSlowHoldsUpNoOtherEntry(t *testing.T) {
	w := &world{
		entries: map[string]string{"slow.io/a:1": "r.io/b:1", "r.io/a:1": "r.io/c:1", "r.io/d:1": "slow.io/c:1"},
		images:  images{"r.io/a:1": one},
	}
	submitted := make(chan struct{})
	w.onSubmit = func() { close(submitted) }
	w.onLookUp = func(_ context.Context, name string) {
		if strings.HasPrefix(name, "slow.io/") {
			<-submitted
		}
	}
	report, err := w.controller().Sweep(t.Context())
	if err != nil || report.Submitted != 1 || report.Failed != 2 {
		t.Errorf("%v, %v", report, err)
	}
}

func TestJobsInFlightAreListedOnceHoweverManyJobs(t *testing.T) {
	w := &world{entries: map[string]string{}, images: images{}}
	for i := range 250 {
		source := fmt.Sprintf("r.io/a:%03d", i)
		w.entries[source], w.images[source] = fmt.Sprintf("r.io/b:%d", i), one
	}
	report, err := w.controller().Sweep(t.Context())
	if err != nil || report.Submitted != 250 || len(w.submitted) != 250 || w.listed != 1 {
		t.Errorf("%v, %v: %d jobs, listed %d times", report, err, len(w.submitted), w.listed)
	}
}

func TestNothingIsSubmittedWithoutKnowingWhatIsInConflict(t *testing.T) {
	w := &world{
		entries: map[string]string{"r.io/a:1": "r.io/b:1"}, images: images{"r.io/a:1": one}, tableErr: errBroken,
	}
	report, err := w.controller().Sweep(t.Context())
	if !errors.Is(err, errBroken) || report.Entries != 0 || w.submitted != nil {
		t.Errorf("%v, %v", report, err)
	}
}

func TestNothingIsSubmittedWithoutKnowingWhatIsInFlight(t *testing.T) {
	w := &world{entries: map[string]string{}, images: images{}, inFlightErr: errBroken}
	for i := range 250 {
		source := fmt.Sprintf("r.io/a:%03d", i)
		w.entries[source], w.images[source] = fmt.Sprintf("r.io/b:%d", i), one
	}
	report, err := w.controller().Sweep(t.Context())
	if !errors.Is(err, errBroken) || err.Error() != errBroken.Error() || w.submitted != nil || report.Failed != 0 ||
		w.listed != 1 {
		t.Errorf("%v, %v, submitted %v", report, err, w.submitted)
	}
}

func TestAnInterruptedSweepSaysWhyAndSubmitsNothingMore(t *testing.T) {
	interrupted := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	w := &world{entries: map[string]string{}, images: images{}}
	for i := range 50 {
		source := fmt.Sprintf("r.io/a:%02d", i)
		w.entries[source], w.images[source] = fmt.Sprintf("r.io/b:%d", i), one
	}
	w.onLookUp = func(context.Context, string) { cancel(interrupted) }
	report, err := w.controller().Sweep(ctx)
	if !errors.Is(err, interrupted) || w.submitted != nil || report.Failed != 0 || report.Errors != nil {
		t.Errorf("%v, %v, submitted %v, errors %v", report, err, w.submitted, report.Errors)
	}
}

func TestTheLogNamesEntryAndCause(t *testing.T) {
	var log strings.Builder
	w := &world{
		entries: map[string]string{"r.io/a:1": "r.io/b:1,r.io/c:1,r.io/d:1", "r.io/gone:1": "r.io/gone:2"},
		images:  images{"r.io/a:1": one}, broken: map[string]error{"r.io/c:1": errBroken},
	}
	c := w.controller()
	c.Log = slog.New(slog.NewTextHandler(&log, nil))
	if _, err := c.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`level=ERROR msg="destination failed" source=r.io/a:1 destinations=[r.io/c:1] digest=` + one.String() +
			` state=failing reason="registry is on fire"`,
		`level=ERROR msg="entry failed" source=r.io/gone:1 state=failing reason="source image does not exist"`,
		`level=INFO msg=submitted source=r.io/a:1 destinations="[r.io/b:1 r.io/d:1]" digest=` + one.String() +
			` state=submitted reason="does not exist" job=job-1`,
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("log has no %s:\n%s", want, &log)
		}
	}
}
