package table_test

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryfile"
	"ecrmirror/internal/selection"
	"ecrmirror/internal/table"
)

func null() types.AttributeValue { return &types.AttributeValueMemberNULL{Value: true} }

func yes() types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: true} }

// forms is a rule of each form that there is.
const forms = `
entries:
- {source: docker.io/library/nginx, destinations: r.io/, tags: [{version: "^1.27", newest: 5}]}
- {source: "docker.io/library/alpine:3", destinations: "r.io/a:3", options: {platforms: [linux/arm64, linux/amd64]}}
- {source: docker.io/library/postgres, destinations: r.io/, tags: [{version: ">=16", parts: 2, variant: bookworm}]}
- {source: quay.io/minio/minio, destinations: r.io/, tags: [{include: ["RELEASE.*Z"], by: name, newest: 3}]}
- {source: quay.io/acme/app, destinations: r.io/, tags: [{include: ['/main-[0-9a-f]{7}/'], by: time, minimumAge: 72h}]}
- {source: cgr.dev/acme/go, destinations: r.io/, tags: [{pin: [latest]}, {version: ">=1.24", variant: "*"}]}
- source: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/base/**
  destinations: [r.io/, "r.io/x-{name}"]
  repos: {exclude: ["**/tmp-*"]}
  tags: [{include: ["*"], newest: all}]
- source: s.io/all
  labels: {team: a}
  options: {platforms: linux/amd64}
  tags:
  - {version: "^1", to: r.io/b, options: {platforms: all}}
  - {version: "^1", to: r.io/c, options: {platforms: "windows/amd64:10.0.20348"}}
  - {pin: [a, b], include: ["x*", y], exclude: z, version: "1.20", parts: 4, pre: true, variant: ["", "a*"],
     newest: all, by: version, minimumAge: 90s, to: [r.io/a, "r.io/{repository}"]}
`

// TestSelectionsComeBack imports rules of each form, and those of the documentation, into a table, and exports them:
// what is exported is what was imported.
func TestSelectionsComeBack(t *testing.T) {
	chapter, err := os.ReadFile("../../docs/selection.md")
	if err != nil {
		t.Fatal(err)
	}
	files := []string{forms}
	for _, found := range regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindAllStringSubmatch(string(chapter), -1) {
		files = append(files, found[1])
	}
	if len(files) < 3 {
		t.Errorf("%d files", len(files))
	}
	for _, file := range files {
		imported, err := entryfile.Read(strings.NewReader(file), now)
		if err != nil {
			t.Fatal(err)
		}
		entries := table.New(newTable(t), "mirror")
		for _, e := range imported {
			if change, err := entries.Put(t.Context(), e, now); err != nil || change != table.Created {
				t.Fatal(change, err)
			}
			if change, err := entries.Put(t.Context(), e, now); err != nil || change != table.Kept {
				t.Errorf("%s again: %v, %v", e.Source, change, err)
			}
		}
		var all []entry.Entry
		for e, err := range entries.All(t.Context(), now) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, e)
		}
		var exported bytes.Buffer
		if err := entryfile.Write(&exported, all); err != nil {
			t.Fatal(err)
		}
		again, err := entryfile.Read(&exported, now)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(imported, func(a, b entry.Entry) int { return strings.Compare(a.Source, b.Source) })
		if diff := cmp.Diff(imported, again); diff != "" {
			t.Errorf("(-imported +exported)\n%s", diff)
		}
	}
}

// TestAnItemOfASelection has the item that a selection is, and the other forms in which people write one.
func TestAnItemOfASelection(t *testing.T) {
	client := newTable(t)
	entries := table.New(client, "mirror")
	e := entry.Entry{
		Source: "s.io/a", Labels: map[string]string{"team": "a"},
		Tags: []entry.Rule{
			{
				Rule: selection.Rule{
					Version:    "^1",
					Parts:      2,
					Newest:     5,
					Pre:        true,
					Variant:    []string{"", "a"},
					MinimumAge: 3 * 24 * time.Hour,
				},
				To: []string{"r.io/a"},
			},
			{Rule: selection.Rule{Pin: []string{"latest"}}, To: []string{"r.io/b"}},
		},
	}
	if _, err := entries.Put(t.Context(), e, now); err != nil {
		t.Fatal(err)
	}
	want := item{
		"Source": s("s.io/a"), "Labels": m(item{"team": s("a")}),
		"Tags": l(m(item{
			"version": s(
				"^1",
			), "parts": n(2), "newest": n(5), "pre": yes(), "variant": l(s(""), s("a")), "minimumAge": s("72h"),
			"to": s("r.io/a"),
		}), m(item{"pin": s("latest"), "to": s("r.io/b")})),
	}
	if got := raw(t, client, "s.io/a"); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	image := entry.Entry{Source: "s.io/a", Destinations: []string{"r.io/a"}}
	if change, err := entries.Put(t.Context(), image, now); err != nil || change != table.Replaced {
		t.Errorf("%v, %v", change, err)
	}
	alone := item{"Source": s("s.io/a"), "Destination": s("r.io/a")}
	if got := raw(t, client, "s.io/a"); !reflect.DeepEqual(got, alone) {
		t.Errorf("an image in its place: %v", got)
	}
	written := newTable(t, item{
		"Source": s(
			"s.io/a",
		), "Destination": s("r.io/a"), "Repos": m(item{"include": ss("b", "a")}), "Options": m(item{}),
		"Tags": l(
			m(
				item{
					"pin":     ss("b", "a"),
					"exclude": l(s("x")),
					"newest":  s("all"),
					"version": s("1"),
					"pre":     &types.AttributeValueMemberNULL{Value: true},
				},
			),
		),
	})
	got, err := table.New(written, "mirror").Get(t.Context(), "s.io/a", now)
	read := entry.Entry{
		Source: "s.io/a", Destinations: []string{"r.io/a"}, Repos: selection.Repositories{Include: []string{"a", "b"}},
		Tags: []entry.Rule{
			{
				Rule: selection.Rule{
					Pin:     []string{"a", "b"},
					Exclude: []string{"x"},
					Newest:  selection.All,
					Version: "1",
				},
			},
		},
	}
	if !got.Same(read) || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestItemsThatSayWhatIsNotKnown has items whose attributes or members nobody would heed.
func TestItemsThatSayWhatIsNotKnown(t *testing.T) {
	good := m(item{"version": s("^1")})
	for _, c := range []struct {
		attributes item
		want       string
	}{
		{item{"Tags": l(good)}, ""},
		{item{"Keeper": s("me"), "tier": n(1), "Notes": s("x")}, ""},
		{item{"tags": l(good)}, `attribute "tags" is not known, but nearly Tags: rename it, or remove it`},
		{item{"Tag": l(good)}, `attribute "Tag" is not known, but nearly Tags`},
		{item{"Tasg": l(good)}, `attribute "Tasg" is not known, but nearly Tags`},
		{item{"Expire": n(1)}, `attribute "Expire" is not known, but nearly Expires`},
		{item{"destination": s("x")}, `attribute "destination" is not known, but nearly Destination`},
		{item{"Destinations": s("x")}, `attribute "Destinations" is not known, but nearly Destination`},
		{item{"Repo": m(item{})}, `attribute "Repo" is not known, but nearly Repos`},
		{item{"Label": m(item{})}, `attribute "Label" is not known, but nearly Labels`},
		{item{"option": m(item{})}, `attribute "option" is not known, but nearly Options`},
		{item{"Options": m(item{"paused": yes()})}, `Options: "paused" is not known (there are platforms, artifacts, artifactsFrom, artifactsRequired, verify, artifactsEvery)`},
		{item{"Options": m(item{"platform": s("linux/amd64")})}, `Options: "platform" is not known (did you mean "platforms"?)`},
		{item{"Options": m(item{"platforms": s("linux/amd64")})}, ""},
		{item{"Options": m(item{"platforms": l()})}, `Options: platforms: is empty; leave it out`},
		{item{"Options": m(item{"platforms": null()})}, `Options: platforms is null; give it a value, or leave it out`},
		{item{"Options": m(item{"verify": null()})}, `Options: verify is null; give it a value, or leave it out`},
		{item{"Options": m(item{"verify": l()})}, `Options: verify is empty; it must say who must have signed`},
		{item{"Options": m(item{"verify": m(item{})})}, `Options: verify: says nobody who must have signed`},
		{item{"Options": m(item{"verify": m(item{"key": s("a.pub")})})}, `Options: verify: key "a.pub" is a name: a job`},
		{item{"Options": m(item{"verify": l(null())})}, `Options: verify: requirement 1 is null; it must be a map`},
		{item{"Options": m(item{"artifactsRequired": null()})}, `Options: artifactsRequired is null; give it a value`},
		{item{"Options": m(item{"artifacts": null()})}, `Options: artifacts is null; give it a value, or leave it out`},
		{item{"Options": null()}, `Options is null; it must be a map such as {platforms: ...}`},
		{item{"Tags": l(m(item{"options": null()}))}, `rule 1: options is null; give it a value, or leave it out`},
		{item{"Options": s("linux/amd64")}, `Options is a text; it must be a map such as {platforms: ...}`},
		{
			item{"Options": m(item{"platforms": l(s("linux/x86_64"), s("linux/"))})},
			`Options: platforms: platform "linux/x86_64": architecture "x86_64" is written "amd64"; platform "linux/": `,
		},
		{item{"Tags": l(m(item{"minAge": s("3d")}))}, `rule 1: "minAge" is not known (did you mean "minimumAge"?)`},
		{item{"Tags": l(good, m(item{"version": n(1)}))}, `rule 2: version: is a number; it must be a text`},
		{item{"Tags": l(m(item{"parts": s("2")}))}, `rule 1: parts: is a text, "2"; it must be a whole number`},
		{item{"Tags": l(m(item{"options": m(item{"platforms": s("x")})}))}, `rule 1: options: platforms: platform "x": a`},
		{item{"Tags": l(m(item{"options": m(item{"x": s("x")})}))}, `rule 1: options: "x" is not known (there are platforms, artifacts, artifactsFrom, artifactsRequired, verify, artifactsEvery)`},

		{item{"Tags": good}, `Tags is a map; it must be a list of rules`},
		{item{"Tags": l()}, `Tags is empty; it must have a rule, or be left out`},
		{item{"Tags": &types.AttributeValueMemberB{Value: []byte("x")}}, `Tags is of another type; it must be a list`},
		{item{"Repos": m(item{"excludes": s("x")})}, `Repos: "excludes" is not known (did you mean "exclude"?)`},
		{item{"Labels": m(item{"cost": n(5)})}, `Labels: "cost" is a number; it must be a text`},
	} {
		it := item{"Source": s("s.io/a"), "Destination": s("r.io/a")}
		for name, value := range c.attributes {
			it[name] = value
		}
		entries := table.New(newTable(t, it), "mirror")
		for e, err := range entries.All(t.Context(), now) {
			var wrong *entry.Error
			if c.want == "" && err != nil ||
				c.want != "" && (!errors.As(err, &wrong) || !strings.HasPrefix(wrong.Err.Error(), c.want)) {
				t.Errorf("%v: %v, %v, want %s", c.attributes, e, err, c.want)
			}
		}
	}
}
