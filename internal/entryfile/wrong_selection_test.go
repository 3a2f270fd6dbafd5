package entryfile_test

import (
	"bytes"
	"strings"
	"testing"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryfile"
	"ecrmirror/internal/selection"
)

// TestSelectionsNameWhatIsWrong has what is wrong in a file, with its line.
func TestSelectionsNameWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"members": {
			`entries:
- source: s.io/a
  destinations: r.io/a
  tags:
  - version: ^1
    minAge: 3d
    Newest: 3
    versions: 1
    parts: two
    options: {platforms: [linux/amd64], platform: x}
  - [x]
- source: s.io/b
  destinations: r.io/b
  tag: []
  label: {}
- source: s.io/c
  destinations: r.io/c
  tags: []
  repos: x
  labels: {a: [b], a: c}
  options: {paused: true}
- source: s.io/d:1
  destinations: r.io/d:1
  options:
    platforms: [linux/amd64,
      linux/x86_64, linux/amd64]
- {source: "s.io/e:1", destinations: "r.io/e:1", options: linux/amd64}
- {source: "s.io/f:1", destinations: "r.io/f:1", options: {platforms: }}
`,
			[]string{
				`line 6: rule 1: "minAge" is not known (did you mean "minimumAge"?)`,
				`line 7: rule 1: "Newest" is not known (did you mean "newest"?)`,
				`line 8: rule 1: "versions" is not known (did you mean "version"?)`,
				`line 9: rule 1: parts: is "two"; it must be a whole number from 1 on`,
				`line 10: rule 1: options: "platform" is not known (did you mean "platforms"?)`,
				"line 11: rule 2 is a list; it must be a map such as {pin: ...}",
				`line 14: unknown field "tag"; an entry has source, destinations, expires, tags, repos, labels, ` +
					`options (did you mean "tags"?)`,
				`line 15: unknown field "label"; an entry has source, destinations, expires, tags, repos, labels, ` +
					`options (did you mean "labels"?)`,
				"line 18: tags is empty; it must have a rule, or be left out",
				"line 19: repos is a text; it must be a map such as {include: ...}",
				`line 20: labels: "a" is a list; it must be a text`,
				`line 21: options: "paused" is not known (there are platforms, artifacts, artifactsFrom, artifactsRequired, verify, artifactsEvery)`,
				`line 25: options: platforms: platform "linux/x86_64": architecture "x86_64" is written "amd64"; platform "linux/amd64": it is there twice`,
				`line 27: options is a text; it must be a map such as {platforms: ...}`,
				`line 28: options: platforms is null; give it a value, or leave it out`,
			},
		},
		"kinds": {
			`entries:
- source: s.io/a
  destinations: r.io/a
  tags:
  - version: [1]
    parts: "2"
    newest: 0
    pre: yes
    minimumAge: 72
    variant: {a: b}
    exclude: []
    include: [[x]]
    pin: ~
    by: ""
`,
			[]string{
				"line 5: rule 1: version: is a list; it must be a text",
				`line 6: rule 1: parts: is a text, "2"; it must be a whole number from 1 on`,
				`line 7: rule 1: newest: is "0"; it must be a whole number from 1 on, or all`,
				"line 8: rule 1: pre: must be true or false",
				`line 9: rule 1: minimumAge: age "72" is not a time such as 72h, 3d or 2w`,
				"line 10: rule 1: variant: is a map; it must be a text or a list of texts",
				"line 11: rule 1: exclude: is empty; leave it out",
				"line 12: rule 1: include: element 1 is a list; it must be a text",
				"line 14: rule 1: by: is empty; leave it out",
			},
		},
		"rules": {
			`entries:
- source: s.io/a:1
  destinations:
  - r.io/a
  - r.io/a:1
  tags:
  - version: ^1
  - include: "1.*"
  - version: newest
    to: s.io/{nam}
- {source: s.io/**, destinations: r.io/a}
`,
			[]string{
				`line 2: source: image name "s.io/a:1" has a tag beside tags`,
				`line 8: rule 2: include: by itself does not say`,
				`line 9: rule 3: version: range "newest" is not a range of versions`,
				`line 5: destination: image name "r.io/a:1" has a tag`,
				`line 10: rule 3: to: destination "s.io/{nam}": {nam} stands for nothing (did you mean "name"?)`,
				`line 11: source: "s.io/**" stands for many repositories: give tags`,
			},
		},
		"defaults": {
			"defaults: {source: s.io/a, destination: r.io/a}\nentries:\n" +
				"- {source: s.io/a, tags: [{version: 1}]}\n---\n" +
				"defaults: [r.io/a]\nentries: []\n---\ndefaults: {tags: [{version: newest}]}\nentries:\n" +
				"- {source: s.io/b, destinations: r.io/b}\n" +
				"- {source: s.io/c, destinations: r.io/c}\n",
			[]string{
				`line 1: unknown field "source"; defaults has destinations, expires, tags, repos, labels, options`,
				`line 1: unknown field "destination"; defaults has destinations, expires, tags, repos, labels, ` +
					`options (did you mean "destinations"?)`,
				"line 3: no destinations",
				"line 5: defaults must have the form `destinations: ...`",
				`line 8: rule 1: version: range "newest" is not`,
			},
		},
		"defaults that can't be read": {
			"defaults: {tags: [{x: 1}], destinations: r.io/}\nentries:\n- {source: s.io/b}\n- {source: s.io/c}\n",
			[]string{`line 1: rule 1: "x" is not known`},
		},
		"repetition": {
			"entries:\n- {source: nginx, destinations: r.io/, tags: [{version: 1}]}\n" +
				"- {source: nginx, destinations: r.io/a:1}\n" +
				"- {source: docker.io/library/nginx, destinations: r.io/, tags: [{version: 2}]}\n" +
				"- {source: a/**, destinations: r.io/, tags: [{version: 1}]}\n" +
				"- {source: docker.io/a/**, destinations: r.io/, tags: [{version: 1}]}\n",
			[]string{
				`line 3: source "nginx" has an entry in line 2 already`,
				`line 4: source "docker.io/library/nginx" has an entry in line 2 already`,
				`line 6: source "docker.io/a/**" has an entry in line 5 already`,
			},
		},
		"no quotes": {
			"entries:\n- source: s.io/a\n  destinations: r.io/a\n  tags:\n  - version: >=1\n",
			[]string{"line 5: did not find expected comment or line break; a text that begins with > or * needs quotes"},
		},
		"no quotes in braces": {
			"entries:\n- {source: s.io/a, destinations: r.io/a, tags: [{version: >=1}]}\n",
			[]string{"line 2: found character that cannot start any token; a text that begins with > or * needs quotes"},
		},
		"no quotes around a star": {
			"entries:\n- {source: s.io/a, destinations: r.io/a, tags: [{include: *}]}\n",
			[]string{"line 2: did not find expected alphabetic or numeric character; a text that begins with > or *"},
		},
		"no quotes around a suffix": {
			"entries:\n- {source: s.io/a, destinations: r.io/a, tags: [{include: *-rc}]}\n",
			[]string{"unknown anchor '-rc' referenced; a text that begins with > or * needs quotes"},
		},
		"what is not filled in": {
			"entries:\n- {source: s.io/a, destinations: r.io/a, tags: }\n" +
				"- {source: s.io/b, destinations: r.io/b, tags: [{version: 1, minimumAge: }, {version: 2, exclude: , to: }]}\n",
			[]string{
				"line 2: tags has no rule: it must have one, or be left out",
				"line 3: rule 1: minimumAge is null; give it a value, or leave it out",
				"line 3: rule 2: exclude is null", "line 3: rule 2: to is null",
			},
		},
		"options that are not filled in": {
			"entries:\n- {source: \"s.io/a:1\", destinations: \"r.io/a:1\", options: {verify: }}\n" +
				"- {source: \"s.io/b:1\", destinations: \"r.io/b:1\", options: {artifactsRequired: ~, artifacts: null}}\n" +
				"- {source: \"s.io/c:1\", destinations: \"r.io/c:1\", options: {artifactsFrom: Null, verify: []}}\n" +
				"- {source: \"s.io/d:1\", destinations: \"r.io/d:1\", options: {verify: [{}, ~, {github: , key: []}]}}\n" +
				"- {source: s.io/e, destinations: r.io/e, tags: [{pin: a, options: }, {pin: b, options: {verify: }}]}\n" +
				"- {source: \"s.io/f:1\", destinations: \"r.io/f:1\", options: }\n",
			[]string{
				"line 2: options: verify is null; give it a value, or leave it out",
				"line 3: options: artifactsRequired is null; give it a value, or leave it out",
				"line 3: options: artifacts is null; give it a value, or leave it out",
				"line 4: options: artifactsFrom is null; give it a value, or leave it out",
				"line 4: options: verify is empty; it must say who must have signed, or be left out",
				"line 5: options: verify: requirement 1: says nobody who must have signed",
				"line 5: options: verify: requirement 2 is null; it must be a map",
				"line 5: options: verify: requirement 3: github is null; give it a value, or leave it out",
				"line 5: options: verify: requirement 3: key: is empty; leave it out",
				"line 6: rule 1: options is null; give it a value, or leave it out",
				"line 6: rule 2: options: verify is null; give it a value, or leave it out",
				"line 7: options is null; it must be a map such as {platforms: ...}",
			},
		},
		"defaults of options that are not filled in": {
			"defaults: {options: {verify: }}\nentries:\n" +
				"- {source: \"s.io/a:1\", destinations: \"r.io/a:1\", options: {verify: {github: org/app}}}\n" +
				"- {source: \"s.io/b:1\", destinations: \"r.io/b:1\", options: null}\n",
			[]string{"line 1: options: verify is null", "line 4: options is null"},
		},
		"an alias within itself": {
			"entries:\n- {source: s.io/a, destinations: r.io/a, tags: &x [{include: *x, labels: *x}]}\n",
			[]string{"line 2: rule 1: include: element 1 is a map", `line 2: rule 1: "labels" is not known`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			entries, err := entryfile.Read(strings.NewReader(c.file), now)
			if err == nil || entries != nil {
				t.Fatalf("got %v, %v", entries, err)
			}
			lines := strings.Split(err.Error(), "\n")
			for i, line := range lines {
				if i >= len(c.want) || !strings.HasPrefix(line, c.want[i]) {
					t.Errorf("unexpected: %s", line)
				}
			}
			if len(lines) < len(c.want) {
				t.Errorf("%d errors, want %d", len(lines), len(c.want))
			}
		})
	}
}

// TestManySelectionsGoIntoSeveralDocuments holds that what is written can be read, however much a document takes.
func TestManySelectionsGoIntoSeveralDocuments(t *testing.T) {
	rules := make([]entry.Rule, 40)
	for i := range rules {
		r := selection.Rule{
			Version: "^1, >1." + strings.Repeat("0", i+1),
			Include: []string{"/[a,b]{1,2}/", "/a, b/", "x*"},
			Newest:  5,
		}
		rules[i] = entry.Rule{Rule: r, To: []string{"r.io/a", "r.io/b"}}
	}
	var entries []entry.Entry
	for i := range 150 {
		entries = append(
			entries,
			entry.Entry{Source: "s.io/" + strings.Repeat("a", i%100+1) + strings.Repeat("b", i/100+1), Tags: rules},
		)
	}
	var out bytes.Buffer
	if err := entryfile.Write(&out, entries); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "\n---\n") {
		t.Error("one document")
	}
	again, err := entryfile.Read(&out, now)
	if err != nil || len(again) != len(entries) {
		t.Errorf("%d entries, %v", len(again), err)
	}
}
