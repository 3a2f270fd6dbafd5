package conflict_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
)

const (
	digest  = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	account = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
)

func names(source string, destinations ...string) entry.Names {
	return entry.Entry{Source: source, Destinations: destinations}.Names()
}

// TestDestinationsAreOneHoweverTheyAreWritten has two entries, with a destination each.
func TestDestinationsAreOneHoweverTheyAreWritten(t *testing.T) {
	for _, c := range []struct {
		a, b     string
		conflict bool
	}{
		{"r.io/x:1", "r.io/x:1", true},
		{"r.io/x:1", "R.io:443/x:1", true},
		{"r.io/x", "r.io/x:latest", true},
		{"x:1", "docker.io/library/x:1", true},
		{"docker://registry-1.docker.io/library/x:1", "index.docker.io/x:1", true},
		{"r.io/x:1@" + digest, "r.io/x:1", true}, // the tag is written
		{account + "/app:1", "111122223333.dkr.ecr-fips.us-east-1.amazonaws.com/app:1", true},
		{account + "/app:1", "111122223333.dkr-ecr.us-east-1.on.aws/app:1", true},
		{account + "/app:1", "ecr.aws/arn:aws:ecr:us-east-1:111122223333:repository/app:1", true},
		{"public.ecr.aws/alias/app:1", "ecr-public.aws.com/alias/app:1", true},
		{"r.io/x@" + digest, "r.io/x@" + digest, false}, // can't become another image
		{"r.io/x:1", "r.io/x:2", false},
		{"r.io/x:1", "r.io/y:1", false},
		{"r.io/x:1", "r.io:444/x:1", false},
		{account + "/app:1", "111122223333.dkr.ecr.us-west-2.amazonaws.com/app:1", false},
		{"r.io/X:1", "r.io/X:1", false}, // no name
		{"", "", false},
	} {
		var x conflict.Index
		x.Add(names("s.io/a:1", []string{"r.io/other:1", c.a}...))
		x.Add(names("s.io/b:1", []string{c.b}...))
		found := x.Find()
		for _, end := range []struct{ source, destination, other string }{
			{"s.io/a:1", c.a, "s.io/b:1"},
			{"s.io/b:1", c.b, "s.io/a:1"},
		} {
			source, destination := entry.ParseName(end.source), entry.ParseName(end.destination)
			err := found.Destination(source, entry.Wants{}, destination)
			if (err != nil) != c.conflict || err != nil && !strings.Contains(err.Error(),
				fmt.Sprintf("%q", end.other)) {
				t.Errorf("%s and %s: %s of %s: %v", c.a, c.b, end.destination, end.source, err)
			}
		}
		if err := found.Destination(entry.ParseName("s.io/a:1"), entry.Wants{}, entry.ParseName("r.io/other:1")); err != nil {
			t.Error(err)
		}
	}
}

func TestSourcesAreOneHoweverTheyAreWritten(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"alpine:3", "docker.io/library/alpine:3", true},
		{"alpine", "library/alpine:latest", true},
		{"r.io/x:1@" + digest, "r.io/x@" + digest, true}, // the digest is read
		{"r.io/x:1@" + digest, "r.io/x:1", false},
		{account + "/app:1", "ecr.aws/arn:aws:ecr:us-east-1:111122223333:repository/app:1", true},
		{"alpine:3", "ghcr.io/library/alpine:3", false},
		{"alpine:3", "alpine:3.1", false},
		{"A:1", "a:1", false},
	} {
		if (conflict.Image(c.a) == conflict.Image(c.b)) != c.same {
			t.Errorf("%s and %s: same is not %v", c.a, c.b, c.same)
		}
		var x conflict.Index
		x.Add(names(c.a, []string{"r.io/x:1"}...))
		x.Add(names(c.b, []string{"r.io/y:1"}...))
		found := x.Find()
		if got := found.Source(entry.ParseName(c.a)); (got != nil) != c.same || got != nil &&
			!strings.Contains(got.Error(), fmt.Sprintf("%q", c.b)) {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
}

func TestAnEntryIsNotInItsOwnWay(t *testing.T) {
	var x conflict.Index
	x.Add(names("s.io/a:1", []string{"r.io/x:1", "r.io:443/x:1"}...))
	found := x.Find()
	if err := found.Destination(entry.ParseName("s.io/a:1"), entry.Wants{}, entry.ParseName("r.io/x:1")); err != nil {
		t.Error(err)
	}
	if err := found.Source(entry.ParseName("s.io/a:1")); err != nil {
		t.Error(err)
	}
	var none *conflict.Found
	if none.Destination(entry.ParseName("s.io/a:1"), entry.Wants{}, entry.ParseName("r.io/x:1")) != nil ||
		none.Source(entry.ParseName("s.io/a:1")) != nil {
		t.Error("nothing has conflicts")
	}
}

func TestAnErrorNamesAFew(t *testing.T) {
	var x conflict.Index
	for i := range 6 {
		x.Add(names(fmt.Sprintf("s.io/%d:1", i), []string{"r.io/x:1"}...))
	}
	got := x.Find().Destination(entry.ParseName("s.io/1:1"), entry.Wants{}, entry.ParseName("r.io/x:1")).Error()
	want := `is written by entry "s.io/0:1" and "s.io/2:1" and "s.io/3:1" and 2 more, too: take it out of all ` +
		`entries but one`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Rivals are the other images that are to be at a destination, not other words for one.
func TestRivals(t *testing.T) {
	var x conflict.Index
	x.Add(names("alpine:3", "r.io/x:1"))
	x.Add(names("docker.io/library/alpine:3", "r.io/x:1"))
	x.Add(names("ghcr.io/fork/alpine:3", "R.io:443/x:1"))
	x.Add(names("ghcr.io/other/alpine:3", "r.io/y:1"))
	found := x.Find()
	const alpine, fork = "docker.io/library/alpine:3", "ghcr.io/fork/alpine:3"
	for _, c := range []struct {
		source, destination, owner string
		some, owns                 bool
	}{
		{"alpine:3", "r.io/x:1", fork, true, true},
		{"alpine:3", "r.io/x:1", alpine, true, false},
		{"alpine:3", "r.io/x:1", "", true, false},
		{"alpine:3", "r.io/x:1", "ghcr.io/other/alpine:3", true, false},
		{fork, "r.io/x:1", alpine, true, true},
		{"ghcr.io/other/alpine:3", "r.io/y:1", fork, false, false},
	} {
		some, owns := found.Rivals(entry.ParseName(c.source), entry.ParseName(c.destination), c.owner)
		if some != c.some || owns != c.owns {
			t.Errorf("%+v: %t, %t", c, some, owns)
		}
	}
	var none *conflict.Found
	if some, owns := none.Rivals(entry.ParseName("alpine:3"), entry.ParseName("r.io/x:1"), fork); some || owns {
		t.Error("nothing has rivals")
	}
}

// An owner is not in conflict, and the others are with it alone.
func TestOwners(t *testing.T) {
	var x conflict.Index
	for _, source := range []string{"alpine:3", "ghcr.io/fork/alpine:3", "ghcr.io/other/alpine:3"} {
		x.Add(names(source, "r.io/x:1"))
	}
	found, destination := x.Find(), entry.ParseName("R.io:443/x:1")
	found.Own(destination, "quay.io/gone/alpine:3")
	if err := found.Destination(entry.ParseName("alpine:3"), entry.Wants{}, destination); err == nil {
		t.Error("somebody whose entry is gone owns it")
	}
	found.Own(destination, conflict.Image("docker.io/library/alpine:3"))
	for source, want := range map[string]string{
		"alpine:3":              "<nil>",
		"ghcr.io/fork/alpine:3": `is mirrored from "docker.io/library/alpine:3": take it out of one of the two entries`,
	} {
		err := found.Destination(entry.ParseName(source), entry.Wants{}, destination)
		if got := fmt.Sprint(err); got != want {
			t.Errorf("%s: %s", source, got)
		}
	}
}

// Entries of one image that want different things of it at one destination are in each other's way, also where one is
// an image of a selection; those that want the same are not, however often it is looked at.
func TestWantsAreInEachOthersWay(t *testing.T) {
	add := func(x *conflict.Index, source, selection string, o entry.ImageOptions) {
		e := entry.Entry{Source: source, Selection: selection, Destinations: []string{"r.io/x:1"}}
		e.ImageOptions = o
		x.Add(e.Names())
	}
	of := func(platforms string) entry.ImageOptions { return entry.ImageOptions{Platforms: platforms} }
	source, destination := entry.ParseName("s.io/a:1"), entry.ParseName("r.io:443/x:1")
	verify := entry.ImageOptions{Verify: `[{"github":["org/app"]}]`}
	every := entry.ImageOptions{Verify: verify.Verify, ArtifactsEvery: time.Hour}
	for _, c := range []struct {
		entry, selection      entry.ImageOptions
		conflict, byPlatforms bool
	}{
		{of(""), of(""), false, false},
		{of("linux/amd64"), of("linux/amd64"), false, false},
		{of("linux/amd64"), of("linux/arm64"), true, true},
		{of(""), of("linux/arm64"), true, true},
		{verify, every, false, false},
		{verify, of(""), true, false},
		{verify, of("linux/amd64"), true, true},
		{entry.ImageOptions{Artifacts: "none"}, entry.ImageOptions{Artifacts: "signatures"}, true, false},
		{entry.ImageOptions{ArtifactsRequired: true}, of(""), true, false},
		{entry.ImageOptions{ArtifactsFrom: "r.io/s"}, of(""), true, false},
	} {
		var x conflict.Index
		add(&x, "s.io/a:1", "", c.entry)
		add(&x, "s.io/a:1", "s.io/**", c.selection)
		found := x.Find()
		for _, o := range []entry.ImageOptions{c.entry, c.selection} {
			err := found.Destination(source, o.Wants(), destination)
			some, byPlatforms := found.Unlike(source, o.Wants(), destination)
			if (err != nil) != c.conflict || some != c.conflict || byPlatforms != c.byPlatforms {
				t.Errorf("%+v: %v, %v, %v", c, err, some, byPlatforms)
			}
			if some, _ := found.Rivals(source, destination, ""); some {
				t.Errorf("%+v: images of one source are rivals", c)
			}
		}
		found.Own(destination, conflict.Image("s.io/a:1")) // which both are
		if err := found.Destination(source, c.entry.Wants(), destination); (err != nil) != c.conflict {
			t.Errorf("%+v with an owner: %v", c, err)
		}
	}
	var x conflict.Index
	add(&x, "s.io/a:1", "", of("linux/amd64"))
	add(&x, "s.io:443/a:1", "", of("linux/arm64"))
	found := x.Find()
	want := `is written by entry "s.io:443/a:1 of linux/arm64", too: take it out of all entries but one`
	if err := found.Destination(source, of("linux/amd64").Wants(), destination); err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	if err := found.Source(source); err == nil || !strings.Contains(err.Error(), `of entry "s.io:443/a:1": remove`) {
		t.Errorf("%v", err)
	}
}
