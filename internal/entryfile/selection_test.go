package entryfile_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryfile"
	"ecrmirror/internal/selection"
)

const ecr = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"

// TestEachOptionIsADefaultByItself holds that an entry which says something else of one option has the others: who must
// have signed is not forgotten for the platforms.
func TestEachOptionIsADefaultByItself(t *testing.T) {
	const file = `
defaults:
  options:
    artifactsRequired: true
    verify: {github: org/app}
entries:
- {source: "s.io/a:1", destinations: "r.io/a:1", options: {platforms: linux/amd64}}
- {source: "s.io/b:1", destinations: "r.io/b:1", options: {}}
- {source: "s.io/c:1", destinations: "r.io/c:1", options: {artifactsRequired: false, verify: {github: org/c}}}
- source: s.io/d
  destinations: r.io/d
  tags:
  - pin: x
    options:
      verify:
      - github: [org/d]
      - key: ["-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----"]
        tlog: true
---
entries:
- {source: "s.io/e:1", destinations: "r.io/e:1"}
`
	const app = `[{"github":["org/app"]}]`
	entries, err := entryfile.Read(strings.NewReader(file), now)
	if err != nil || len(entries) != 5 {
		t.Fatalf("%v, %v", entries, err)
	}
	for i, want := range []entry.ImageOptions{
		{Platforms: "linux/amd64", ArtifactsRequired: true, Verify: app},
		{ArtifactsRequired: true, Verify: app},
		{ArtifactsRequired: true, Verify: `[{"github":["org/c"]}]`},
		{ArtifactsRequired: true, Verify: app},
		{},
	} {
		if got := entries[i].ImageOptions; got != want {
			t.Errorf("%s: %+v, want %+v", entries[i].Source, got, want)
		}
	}
	if got := entries[3].OptionsOf(0).Verify; !strings.HasPrefix(got, `[{"github":["org/d"]},{"key":["-----BEGIN`) {
		t.Error(got)
	}
}

// rule returns a rule without destinations of its own.
func rule(r selection.Rule) entry.Rule { return entry.Rule{Rule: r} }

// TestSelections reads a file with every member, and defaults, and writes what it has read in the one form.
func TestSelections(t *testing.T) {
	const file = `
defaults:
  destinations: ` + ecr + `/hub/
  labels: {team: a, cost: 5}
  options: {platforms: [linux/arm64, linux/amd64]}
entries:
- {source: docker.io/library/nginx, tags: [{version: ^1.27, newest: 5}]}
- {source: docker.io/library/postgres, tags: [{version: 16.10, parts: 2, variant: ["", bookworm]}], labels: null, options: {platforms: all}}
- {source: quay.io/minio/minio, tags: [{include: ["RELEASE.*Z"], by: name, newest: 3}], labels: {}, expires: 2027-01-31, options: {}}
- source: quay.io/acme/app
  destinations: null
  tags:
  - {include: '/main-[0-9a-f]{1,7}/', exclude: [a, "*b"], by: time, minimumAge: 3d, to: r.io/a, options: {platforms: linux/s390x}}
  - {pin: [latest, "1.20"], pre: true, version: "*", newest: all, to: [r.io/b, r.io/c], options: {platforms: all}}
- source: ` + ecr + `/base/**
  destinations: [r.io/, "r.io/x-{name}"]
  repos: {include: base/**, exclude: ["**/tmp-*"]}
  tags: [{include: "*", newest: all}]
  labels: {"a: b": "yes"}
  options: {platforms: all}
- {source: docker.io/library/alpine:3, destinations: r.io/alpine:3}
`
	two := entry.Options{ImageOptions: entry.ImageOptions{Platforms: "linux/amd64,linux/arm64"}}
	team := map[string]string{"team": "a", "cost": "5"}
	want := []entry.Entry{
		{
			Source: "docker.io/library/nginx", Destinations: []string{ecr + "/hub/"}, Labels: team, Options: two,
			Tags: []entry.Rule{rule(selection.Rule{Version: "^1.27", Newest: 5})},
		},
		{
			Source: "docker.io/library/postgres", Destinations: []string{ecr + "/hub/"},
			Tags: []entry.Rule{rule(selection.Rule{Version: "16.10", Parts: 2, Variant: []string{"", "bookworm"}})},
		},
		{
			Source: "quay.io/minio/minio", Destinations: []string{ecr + "/hub/"},
			Options: entry.Options{Expires: day(2027, 2, 1), ImageOptions: two.ImageOptions},
			Tags: []entry.Rule{
				rule(selection.Rule{Include: []string{"RELEASE.*Z"}, By: selection.ByName, Newest: 3}),
			},
		},
		{
			Source: "quay.io/acme/app", Labels: team, Options: two,
			Tags: []entry.Rule{
				{
					Rule: selection.Rule{
						Include: []string{"/main-[0-9a-f]{1,7}/"}, Exclude: []string{"a", "*b"},
						By: selection.ByTime, MinimumAge: 72 * time.Hour,
					},
					To:      []string{"r.io/a"},
					Options: entry.ImageOptions{Platforms: "linux/s390x"},
				},
				{
					Rule: selection.Rule{
						Pin:     []string{"latest", "1.20"},
						Pre:     true,
						Version: "*",
						Newest:  selection.All,
					},
					To:      []string{"r.io/b", "r.io/c"},
					Options: entry.ImageOptions{Platforms: entry.AllPlatforms},
				},
			},
		},
		{
			Source: ecr + "/base/**", Destinations: []string{"r.io/", "r.io/x-{name}"},
			Tags:   []entry.Rule{rule(selection.Rule{Include: []string{"*"}, Newest: selection.All})},
			Repos:  selection.Repositories{Include: []string{"base/**"}, Exclude: []string{"**/tmp-*"}},
			Labels: map[string]string{"a: b": "yes"},
		},
		{Source: "docker.io/library/alpine:3", Destinations: []string{"r.io/alpine:3"}, Labels: team, Options: two},
	}
	got, err := entryfile.Read(strings.NewReader(file), now)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Fatalf("%v (-want +got)\n%s", err, diff)
	}
	var out bytes.Buffer
	if err := entryfile.Write(&out, got); err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(out.String(), "entries:")
	const written = `
  - source: ` + ecr + `/base/**
    destinations:
      - r.io/
      - r.io/x-{name}
    tags:
      - include: '*'
        newest: all
    repos:
      include: base/**
      exclude: '**/tmp-*'
    labels:
      'a: b': yes
  - source: docker.io/library/alpine:3
    destinations:
      - r.io/alpine:3
    options:
      platforms: [linux/amd64, linux/arm64]
    labels:
      cost: "5"
      team: a
  - source: docker.io/library/nginx
    destinations:
      - ` + ecr + `/hub/
    tags:
      - version: ^1.27
        newest: 5
    options:
      platforms: [linux/amd64, linux/arm64]
    labels:
      cost: "5"
      team: a
  - source: docker.io/library/postgres
    destinations:
      - ` + ecr + `/hub/
    tags:
      - version: "16.10"
        parts: 2
        variant: ["", bookworm]
  - source: quay.io/acme/app
    tags:
      - include: /main-[0-9a-f]{1,7}/
        exclude: [a, '*b']
        minimumAge: 72h
        by: time
        to: r.io/a
        options:
          platforms: linux/s390x
      - pin: [latest, "1.20"]
        version: '*'
        pre: true
        newest: all
        to: [r.io/b, r.io/c]
        options:
          platforms: all
    options:
      platforms: [linux/amd64, linux/arm64]
    labels:
      cost: "5"
      team: a
  - source: quay.io/minio/minio
    destinations:
      - ` + ecr + `/hub/
    tags:
      - include: RELEASE.*Z
        by: name
        newest: 3
    options:
      platforms: [linux/amd64, linux/arm64]
    expires: 2027-01-31
`
	if diff := cmp.Diff(written, body); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	again, err := entryfile.Read(&out, now)
	if err != nil || len(again) != len(got) {
		t.Fatalf("read back: %v", err)
	}
	for _, e := range again {
		same := false
		for _, g := range got {
			same = same || e.Same(g)
		}
		if !same {
			t.Errorf("read back: %+v", e)
		}
	}
}
