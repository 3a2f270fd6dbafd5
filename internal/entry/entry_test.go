package entry_test

import (
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/entry"
)

func TestSameIsWhatTheCodecsKeep(t *testing.T) {
	at := func(expires time.Time, destinations ...string) entry.Entry {
		return entry.Entry{Source: "r.io/a:1", Destinations: destinations, Options: entry.Options{Expires: expires}}
	}
	of := func(entrys, rules string) (e entry.Entry) {
		e.Platforms = entrys
		e.Tags = []entry.Rule{{Options: entry.ImageOptions{Platforms: rules}}}
		return e
	}
	east := time.FixedZone("east", 3600)
	for _, c := range []struct {
		a, b entry.Entry
		same bool
	}{
		{at(now, "r.io/b:1"), at(now.Add(time.Millisecond).In(east), "r.io/b:1"), true},
		{at(time.Time{}, "r.io/b:1"), at(time.Time{}, "r.io/b:1"), true},
		{at(now, "r.io/b:1"), at(now.Add(time.Second), "r.io/b:1"), false},
		{at(time.Time{}, "r.io/b:1"), at(now, "r.io/b:1"), false},
		{at(now, "r.io/b:1", "r.io/c:1"), at(now, "r.io/c:1", "r.io/b:1"), false},
		{of("linux/amd64", ""), of("linux/amd64", ""), true},
		{of("linux/amd64", ""), of("linux/arm64", ""), false},
		{of("", ""), of("linux/arm64", ""), false},
		{of("", "linux/amd64"), of("", entry.AllPlatforms), false},
	} {
		if c.a.Same(c.b) != c.same || c.b.Same(c.a) != c.same {
			t.Errorf("%v and %v: same is not %v", c.a, c.b, c.same)
		}
	}
}

// TestNamesAreParsedOnce has what is written, and the names or errors that come of it.
func TestNamesAreParsedOnce(t *testing.T) {
	names := entry.Entry{Source: "alpine", Destinations: []string{"r.io/a", "UPPER", "dir:x", "r.io/b:1"}}.Names()
	var got []string
	for _, name := range append([]entry.Name{names.Source}, names.Destinations...) {
		line := name.Text + " " + name.Name.String()
		if name.Err != nil {
			line = name.Text + " " + name.Err.Error()
		}
		got = append(got, line)
	}
	for i, want := range []string{
		"alpine docker.io/library/alpine:latest", "r.io/a r.io/a:latest", `UPPER image name "UPPER": `,
		`dir:x image name "dir:x": an entry can name images in registries only`, "r.io/b:1 r.io/b:1",
	} {
		if !strings.HasPrefix(got[i], want) {
			t.Errorf("%s, want %s", got[i], want)
		}
	}
}

func TestProblemsSayWhoseTheyAre(t *testing.T) {
	const digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
	many := make([]string, entry.MaxDestinations+1)
	for _, c := range []struct {
		source       string
		destinations []string
		want         map[int]string // by destination
	}{
		{"r.io/a:1", []string{"r.io/b:1"}, nil},
		{"r.io/a:1,r.io/b:1", nil, map[int]string{-1: "no destination"}},
		{"r.io/a:1", []string{"R.io/b c:1", "r.io/a:1"}, map[int]string{
			0: `destination: image name "R.io/b c:1" has a comma or a blank in it`,
			1: `destination "r.io/a:1" is the source itself`,
		}},
		{"alpine", []string{"b:1", "docker.io/library/b:1", "b:1", "c@" + digest}, map[int]string{
			1: `destination "docker.io/library/b:1" is the same image as "b:1"`, 2: `is the same image as`,
			3: "is fixed to a digest that the source is not fixed to",
		}},
		{"r.io/a:1", many, map[int]string{-1: "201 destinations; an entry may have 200"}},
	} {
		found := map[int]string{}
		for _, p := range (entry.Entry{Source: c.source, Destinations: c.destinations}).Problems() {
			found[p.Destination] = p.Err.Error()
		}
		if len(found) != len(c.want) {
			t.Errorf("%s to %d: %v, want %v", c.source, len(c.destinations), found, c.want)
		}
		for of, want := range c.want {
			if !strings.Contains(found[of], want) {
				t.Errorf("%s, destination %d: %s, want %s", c.source, of, found[of], want)
			}
		}
	}
}

func TestAResultSaysHowManyWereToBeMirrored(t *testing.T) {
	r := entry.Result{Destinations: []entry.DestinationResult{
		{State: entry.Current},
		{State: entry.Stale, Differs: true},
		{State: entry.Failing, Differs: true},
		{State: entry.Failing},
	}}
	if n := r.Differing(); n != 2 {
		t.Errorf("%d differ, want 2", n)
	}
	for i, want := range []bool{false, false, true, false} {
		if got := r.Destinations[i].Refused(); got != want {
			t.Errorf("destination %d: refused is %v", i, got)
		}
	}
}
