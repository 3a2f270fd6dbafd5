package controller_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/platforms"
)

// newTrimming is a world with a ledger, in which the entry of ledgerSource asks for platforms.
func newTrimming(t *testing.T, wanted string) *remembering {
	r := newRemembering(t)
	r.entries[ledgerSource], r.images[ledgerSource] = ledgerDestination, one
	r.platforms = map[string]string{ledgerSource: wanted}
	return r
}

// sweeps sweeps, and checks how many jobs were submitted, and of how many images it was asked what is left of them.
func (r *remembering) sweeps(why string, jobs, trims int) {
	r.t.Helper()
	before := r.trims
	submitted, report := r.sweep()
	if len(submitted) != jobs || r.trims-before != trims {
		r.t.Errorf("%s: %v, %d images read, want %d and %d; %s", why, submitted, r.trims-before, jobs, trims, report)
	}
}

// What a destination should have is computed once for each digest of the source: an unchanged image is looked up, and
// not read. It is computed anew for another digest, and for other platforms.
func TestWhatIsLeftOfAnImageIsRemembered(t *testing.T) {
	r := newTrimming(t, "linux/amd64")
	r.sweeps("first", 1, 1)
	j := r.jobs[0]
	if j.source != ledgerSource+"@"+one.String() || j.options.String() != `{"platforms":["linux/amd64"]}` || j.from != one {
		t.Errorf("%+v", j)
	}
	r.sweeps("in flight", 0, 0)
	r.end(ledger.Outcome{})
	r.sweeps("arrived", 0, 0)
	for range 3 {
		looked := len(r.lookedUp)
		r.sweeps("unchanged", 0, 0)
		if got := r.lookedUp[ledgerSource] + r.lookedUp[ledgerDestination]; got != 2 || len(r.lookedUp) != looked {
			t.Errorf("%v", r.lookedUp)
		}
	}
	if d := r.record(ledgerDestination); d.From != one || d.Wanted != leftOf(one, "linux/amd64") || d.Wrote != d.Wanted ||
		d.By != "trim/1 linux/amd64" {
		t.Errorf("%+v", d)
	}
	result := r.status.results[ledgerSource]
	if d := result.Destinations[0]; result.Digest != one || d.State != entry.Current ||
		d.Reason() != "has what is left of the source for linux/amd64" {
		t.Errorf("%+v", result)
	}
	r.images[ledgerSource] = two
	r.sweeps("another digest", 1, 1)
	r.end(ledger.Outcome{})
	r.platforms[ledgerSource] = "linux/amd64,linux/arm64"
	r.sweeps("other platforms", 1, 1)
	r.end(ledger.Outcome{})
	r.sweeps("arrived again", 0, 0)
	r.platforms[ledgerSource] = ""
	r.sweeps("all platforms", 1, 0)
	if j := r.jobs[len(r.jobs)-1]; j.source != ledgerSource || !j.options.Default() {
		t.Errorf("%+v", j)
	}
	r.end(ledger.Outcome{})
	r.sweeps("all there", 0, 0)
	if d := r.record(ledgerDestination); d.By != "" || d.Wanted != two {
		t.Errorf("%+v", d)
	}
}

// Other platforms are another job: neither one that is in flight for fewer nor its failures keep them back.
func TestOtherPlatformsWhileAJobIsInFlight(t *testing.T) {
	r := newTrimming(t, "linux/amd64")
	r.sweeps("first", 1, 1)
	r.platforms[ledgerSource] = "linux/arm64"
	r.sweeps("others", 1, 1)
	r.end(ledger.Outcome{Error: "denied"})
	r.sweeps("failed", 0, 0)
	r.platforms[ledgerSource] = "linux/s390x"
	r.sweeps("yet others", 1, 1)
}

// A job is not submitted that can only fail, and what there is is said.
func TestPlatformsThatTheSourceDoesNotHave(t *testing.T) {
	r := newTrimming(t, "linux/s390x")
	none := &platforms.NoneError{There: []string{"linux/amd64", "linux/arm64"}}
	r.none = map[digest.Digest]error{one: none}
	for range 2 {
		r.sweeps("none", 0, 1)
		result := r.status.results[ledgerSource]
		if !errors.Is(result.Err, none) || result.State() != entry.Failing ||
			!strings.HasSuffix(result.Err.Error(), "there is linux/amd64, linux/arm64") {
			t.Errorf("%+v", result)
		}
	}
	r.none, r.gone = nil, map[digest.Digest]bool{one: true} // the tag has moved meanwhile
	r.sweeps("gone", 0, 1)
	if err := r.status.results[ledgerSource].Err; err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("%v", err)
	}
	r.gone = nil
	r.sweeps("there", 1, 1)
}

// An index that does not come in the time of a wave is asked for again when all else has been looked at.
func TestAnIndexThatIsLateIsPutOff(t *testing.T) {
	r := newTrimming(t, "linux/amd64")
	r.entries["ghcr.io/org/other:1"], r.images["ghcr.io/org/other:1"] = "r.io/other:1", one
	r.mute = 1
	r.sweeps("late", 2, 1)
	if n := len(r.status.results); n != 2 {
		t.Errorf("%d results", n)
	}
}

// One destination of the image that is remembered is enough, and several entries of an image read it once.
func TestWhatIsLeftOfAnImageIsReadOnce(t *testing.T) {
	r := newTrimming(t, "linux/amd64")
	r.entries[ledgerSource] = "r.io/app:1,r.io/other:1"
	r.sweeps("two destinations", 1, 1)
	r.end(ledger.Outcome{})
	r.sweeps("both arrived", 0, 0)
	r.entries[ledgerSource] = "r.io/other:1,r.io/new:1"
	r.sweeps("another destination", 1, 0)
	r = newTrimming(t, "linux/amd64")
	pinned := ledgerSource + "@" + one.String()
	r.entries[pinned], r.platforms[pinned] = "r.io/pinned:1", "linux/amd64"
	r.sweeps("the same image by its digest", 2, 1)
}

// A source that is named by its digest is not looked up where it is read anyway; else it is before a job is submitted.
func TestPlatformsOfASourceByItsDigest(t *testing.T) {
	r := newRemembering(t)
	source := "ghcr.io/org/app@" + one.String()
	r.entries[source], r.platforms = ledgerDestination, map[string]string{source: "linux/amd64"}
	r.sweeps("first", 1, 1)
	if j := r.jobs[0]; j.source != source || j.options.Platforms != "linux/amd64" || r.lookedUp[source] != 0 {
		t.Errorf("%+v, %v", j, r.lookedUp)
	}
	r.end(ledger.Outcome{})
	r.sweeps("arrived", 0, 0)
	r.images[ledgerDestination] = two // somebody else's
	r.sweeps("the source is gone", 0, 0)
	r.images[source] = one
	r.sweeps("it is there", 1, 0)
}

// A destination that is fixed to a digest is fixed to that of what is left.
func TestADestinationByADigestAndPlatforms(t *testing.T) {
	r := newRemembering(t)
	source := "ghcr.io/org/app@" + one.String()
	wanted := leftOf(one, "linux/amd64")
	r.entries[source] = "r.io/a:1@" + wanted.String() + ",r.io/b:1@" + one.String()
	r.platforms = map[string]string{source: "linux/amd64"}
	r.sweeps("first", 1, 1)
	result := r.status.results[source]
	if j := r.jobs[0]; !slices.Equal(j.destinations, []string{"r.io/a:1@" + wanted.String()}) ||
		result.Destinations[1].State != entry.Failing ||
		!strings.Contains(result.Destinations[1].Err.Error(), "can never equal its source") {
		t.Errorf("%+v, %+v", j, result)
	}
}

// Images that want different platforms go into jobs of their own, though all else of them is alike.
func TestRequestsDoNotMixPlatforms(t *testing.T) {
	r := newTrimming(t, "linux/amd64")
	r.with = func(c *controller.Controller) { c.Together = true }
	for tag, wanted := range map[string]string{"2": "linux/amd64", "3": "linux/arm64", "4": ""} {
		source := "ghcr.io/org/app:" + tag
		r.entries[source], r.images[source], r.platforms[source] = "r.io/app:"+tag, one, wanted
	}
	submitted, _ := r.sweep()
	of := "@" + one.String()
	want := []string{
		"ghcr.io/org/app:1" + of + ",2" + of + " -> r.io/app:*", "ghcr.io/org/app:3" + of + " -> r.io/app:3",
		"ghcr.io/org/app:4 -> r.io/app:4",
	}
	if !slices.Equal(sorted(submitted), want) {
		t.Errorf("%q, want %q", submitted, want)
	}
	for _, j := range r.jobs {
		if wanted := map[bool]string{true: "linux/amd64", false: ""}[strings.Contains(j.source, ",2@")]; wanted != "" &&
			j.options.Platforms != wanted {
			t.Errorf("%+v", j)
		}
	}
}

// Two entries that want different platforms of an image at one destination are in conflict: neither is submitted where
// none had it first, and else the one that had.
func TestEntriesThatWantOtherPlatforms(t *testing.T) {
	const other = "ghcr.io:443/org/app:1" // the same image in other words
	for _, first := range []string{"", ledgerSource} {
		r := newTrimming(t, "linux/amd64")
		r.images[other] = one
		if first != "" {
			r.sweeps("alone", 1, 1)
			r.end(ledger.Outcome{})
			r.sweeps("arrived", 0, 0)
			r.images[ledgerSource], r.images[other] = two, two
		}
		r.entries[other], r.platforms[other] = ledgerDestination, "linux/arm64"
		submitted, _ := r.sweep()
		if len(submitted) != len(first)/len(ledgerSource) {
			t.Errorf("first %q: %v", first, submitted)
		}
		for _, source := range []string{ledgerSource, other} {
			var e *conflict.Error
			d := r.status.results[source].Destinations[0]
			if own := source == first; errors.As(d.Err, &e) == own || (d.State == entry.Failing) == own {
				t.Errorf("first %q: %s: %+v", first, source, d)
			}
		}
	}
}

// Two entries of an image at one destination that differ in who must have signed it, and in no platforms, are in
// conflict: the record of the destination does not tell which of them had it, so that neither is submitted, and each is
// told of the other.
func TestEntriesThatWantOtherSigners(t *testing.T) {
	const other = "ghcr.io:443/org/app:1"
	for _, first := range []bool{false, true} {
		r := newTrimming(t, "")
		r.verify, r.images[other] = map[string]string{ledgerSource: `[{"github":["org/app"]}]`}, one
		if first {
			r.sweeps("alone", 1, 0)
			r.end(ledger.Outcome{})
			r.images[ledgerSource], r.images[other] = two, two
		}
		r.entries[other] = ledgerDestination
		r.sweeps("both", 0, 0)
		for source, want := range map[string]string{
			ledgerSource: `is written by entry "` + other + `", too`,
			other: `is written by entry "` + ledgerSource +
				` of all platforms with verify GitHub workflows of org/app", too`,
		} {
			d := r.status.results[source].Destinations[0]
			if d.State != entry.Failing || d.Err == nil || !strings.HasPrefix(d.Err.Error(), want) {
				t.Errorf("first %v: %s: %s, %v", first, source, d.State, d.Err)
			}
		}
	}
}

// Without a ledger it is remembered in the status of the entry.
func TestPlatformsWithoutALedger(t *testing.T) {
	w := &world{
		entries:   map[string]string{ledgerSource: ledgerDestination},
		images:    map[string]digest.Digest{ledgerSource: one},
		platforms: map[string]string{ledgerSource: "linux/amd64"},
	}
	for n, c := range []struct {
		has       digest.Digest
		platforms string
		submits   bool
		trims     int
	}{
		{"", "linux/amd64", true, 1},
		{leftOf(one, "linux/amd64"), "linux/amd64", false, 0},
		{leftOf(one, "linux/amd64"), "linux/arm64", true, 1},
		{leftOf(one, "linux/arm64"), "linux/arm64", false, 0},
	} {
		w.submitted, w.trims = nil, 0
		w.images[ledgerDestination], w.platforms[ledgerSource] = c.has, c.platforms
		_, err := w.controller().Sweep(t.Context())
		if err != nil || (len(w.submitted) == 1) != c.submits || w.trims != c.trims {
			t.Errorf("%d: %v, %d, %v", n, w.submitted, w.trims, err)
		}
		w.statuses = map[string]entry.Status{ledgerSource: w.entry(ledgerSource).After(w.status.results[ledgerSource])}
	}
}
