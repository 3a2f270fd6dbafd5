package entry_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/selection"
)

func TestPlatformsHaveOneForm(t *testing.T) {
	for _, c := range []struct{ written, want, err string }{
		{"linux/arm64 linux/amd64", "linux/amd64,linux/arm64", ""},
		{"windows/amd64:10.0.20348", "windows/amd64:10.0.20348", ""},
		{"all", "all", ""},
		{"all linux/amd64", "", `platform "all": for all platforms, leave the option out`},
		{"linux/x86_64 linux/", "", `platform "linux/x86_64": architecture "x86_64" is written "amd64"; platform "linux/": `},
		{"", "", "no platform is named"},
	} {
		got, err := entry.ParsePlatforms(strings.Fields(c.written)...)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.HasPrefix(err.Error(), c.err) {
			t.Errorf("%s: %q, %v", c.written, got, err)
		}
	}
}

func TestPlatformsOfAnEntry(t *testing.T) {
	const one, two = "@sha256:1111111111111111111111111111111111111111111111111111111111111111",
		"@sha256:2222222222222222222222222222222222222222222222222222222222222222"
	for _, c := range []struct{ source, destination, platforms, want string }{
		{"r.io/a:1", "r.io/b:1", "linux/amd64", ""},
		{"r.io/a:1", "r.io/b:1", "linux/arm64,linux/amd64", `platforms: "linux/arm64,linux/amd64" is written "linux/amd64,`},
		{"r.io/a:1", "r.io/b:1", "linux/amd46", `platforms: platform "linux/amd46": architecture "amd46" is not known (did`},
		// What is left of an index has another digest, which follows from that of the source.
		{"r.io/a" + one, "r.io/b" + two, "linux/amd64", ""},
		{"r.io/a" + one, "r.io/b" + two, "", "is fixed to a digest that the source is not fixed to"},
		{"r.io/a:1", "r.io/b" + two, "linux/amd64", "is fixed to a digest that the source is not fixed to"},
	} {
		e := entry.Entry{Source: c.source, Destinations: []string{c.destination}}
		e.Platforms = c.platforms
		err := e.Validate()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	e := entry.Entry{Source: "r.io/a", Destinations: []string{"r.io/b"}, Tags: []entry.Rule{
		{Rule: selection.Rule{Version: "1"}},
		{Rule: selection.Rule{Version: "2"}, Options: entry.ImageOptions{Platforms: "linux"}},
	}}
	problems := e.Problems()
	if len(problems) != 1 || problems[0].Rule != 1 || problems[0].Member != entry.MemberOptions ||
		!strings.HasPrefix(problems[0].Err.Error(), `rule 2: options: platforms: platform "linux": it has no arch`) {
		t.Errorf("%v", problems)
	}
}

// A rule's platforms come in the place of the entry's. A tag that rules with different ones choose goes to the
// destinations of each with those; one destination can't have both.
func TestRulesHavePlatformsOfTheirOwn(t *testing.T) {
	e := entry.Entry{
		Source: "s.io/a", Destinations: []string{"r.io/a"}, Labels: map[string]string{"team": "a"},
		Tags: []entry.Rule{
			{Rule: selection.Rule{Version: "1"}},
			{Rule: selection.Rule{Version: "1"}, To: []string{"r.io/b"}, Options: entry.ImageOptions{Platforms: "linux/arm64"}},
			{Rule: selection.Rule{Pin: []string{"x"}}, Options: entry.ImageOptions{Platforms: entry.AllPlatforms}},
			{Rule: selection.Rule{Pin: []string{"y"}}, Options: entry.ImageOptions{ArtifactsRequired: true}},
			{Rule: selection.Rule{Pin: []string{"z"}}, Options: entry.ImageOptions{ArtifactsEvery: time.Hour}},
		},
	}
	e.Platforms = "linux/amd64"
	source := imagename.Name{Kind: imagename.Registry, Host: "s.io", Repository: "a"}
	place := func(rules ...int) (texts []string, collisions []*entry.Collision) {
		placements, _ := e.Place(source, selection.Choice{Verdicts: []selection.Verdict{{Tag: "1.0.0", Rules: rules}}})
		for _, p := range placements {
			one := e.ImageEntry(p)
			texts = append(texts, fmt.Sprintf("%s %s %d %s", one.Source, one.Destinations, p.Rules, one.Platforms))
		}
		return texts, entry.Collisions(placements)
	}
	got, collisions := place(0, 1)
	want := "[s.io/a:1.0.0 [r.io/a:1.0.0] [0] linux/amd64 s.io/a:1.0.0 [r.io/b:1.0.0] [1] linux/arm64]"
	if fmt.Sprint(got) != want || len(collisions) > 0 {
		t.Errorf("%s, %v", got, collisions)
	}
	got, collisions = place(0, 2)
	if len(got) != 2 || len(collisions) != 1 || collisions[0].Error() != "destination r.io/a:1.0.0 would have s.io/a:1.0.0 "+
		"of all platforms and of linux/amd64: give one of the rules another destination, or have them choose other tags" {
		t.Errorf("%s, %v", got, collisions)
	}
	_, collisions = place(0, 3)
	if len(collisions) != 1 || !strings.Contains(collisions[0].Error(),
		" would have s.io/a:1.0.0 of linux/amd64 and of linux/amd64 with artifactsRequired: give one") {
		t.Errorf("%v", collisions)
	}
	if _, collisions = place(0, 4); len(collisions) > 0 {
		t.Errorf("how often it is looked at: %v", collisions)
	}
}
