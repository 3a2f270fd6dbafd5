package entryform_test

import (
	"slices"
	"testing"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryform"
	"ecrmirror/internal/selection"
)

// sample is an entry with every member.
var sample = entry.Entry{
	Tags: []entry.Rule{
		{
			Rule: selection.Rule{
				Pin: []string{
					"latest",
				}, Include: []string{"v*", "/a b/"}, Version: ">=1 <2", Parts: 2, Variant: []string{"", "*"},
				Pre: true, Exclude: []string{"x"}, MinimumAge: 90 * time.Minute, By: selection.ByTime,
				Newest: selection.All,
			},
			To:      []string{"r.io/{name}"},
			Options: entry.ImageOptions{Platforms: entry.AllPlatforms},
		},
		{Rule: selection.Rule{Version: "^1", Newest: 5}},
	},
	Repos:  selection.Repositories{Include: []string{"a/**"}, Exclude: []string{"**/b"}},
	Labels: map[string]string{"team": "a", "cost center": "47"},
	Options: entry.Options{
		ImageOptions: entry.ImageOptions{Platforms: "linux/amd64,windows/amd64:10.0.20348"},
	},
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	rules, errs := entryform.ReadTags("tags", entryform.WriteTags(sample.Tags))
	if len(errs) > 0 || !slices.EqualFunc(rules, sample.Tags, entry.Rule.Equal) {
		t.Errorf("%+v, %v", rules, errs)
	}
	repos, errs := entryform.ReadRepos("repos", entryform.WriteRepos(sample.Repos))
	if len(errs) > 0 || !repos.Equal(sample.Repos) {
		t.Errorf("%+v, %v", repos, errs)
	}
	options, errs := entryform.ReadOptions("options", entryform.WriteOptions(sample.ImageOptions), entry.ImageOptions{})
	if len(errs) > 0 || options != sample.ImageOptions {
		t.Errorf("%+v, %v", options, errs)
	}
	labels, errs := entryform.ReadLabels("labels", entryform.WriteLabels(sample.Labels))
	if len(errs) > 0 || len(labels) != 2 || labels["cost center"] != "47" {
		t.Errorf("%+v, %v", labels, errs)
	}
	var none entry.Entry
	for _, v := range []entryform.Value{
		entryform.WriteTags(none.Tags), entryform.WriteRepos(none.Repos),
		entryform.WriteOptions(none.ImageOptions), entryform.WriteLabels(none.Labels),
	} {
		if v.Kind != entryform.Null {
			t.Errorf("nothing is %+v", v)
		}
	}
}

func TestLines(t *testing.T) {
	want := []string{
		`tags {pin: latest, include: [v*, "/a b/"], version: ">=1 <2", parts: 2, variant: ["", "*"], ` +
			`pre: true, exclude: x, minimumAge: 1h30m, by: time, newest: all, to: "r.io/{name}", options: {platforms: all}}`,
		"tags {version: ^1, newest: 5}",
		`repos {include: a/**, exclude: "**/b"}`,
		"options {platforms: [linux/amd64, windows/amd64:10.0.20348]}",
		`labels {"cost center": 47, team: a}`,
	}
	got := entryform.Lines(sample)
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
