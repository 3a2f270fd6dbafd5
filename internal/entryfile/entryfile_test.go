package entryfile_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryfile"
)

// now is noon of the 15th of January 2027.
var now = time.Date(2027, 1, 15, 12, 0, 0, 0, time.UTC)

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func TestRead(t *testing.T) {
	const file = `# ours
entries:
  - source: src.io/x:1
    destinations: [r.io/b:1, r.io/a:1]
    expires: 2027-01-31
  - {source: src.io/y:1, destinations: r.io/y:1, expires: 2027-01-31T18:00:00+01:00}
  - source: "src.io/z:1"
    destinations: &both
      - r.io/z:1
      - r.io/z:2
    expires: 90d
---
entries:
  - source: src.io/a:1 # out of order
    destinations: *both
  - {source: src.io/old:1, destinations: [r.io/old:1], expires: 2020-02-29}
  - {source: src.io/n:1, destinations: [r.io/n:1], expires: }
---
entries:
---
`
	got, err := entryfile.Read(strings.NewReader(file), now)
	want := []entry.Entry{
		{
			Source: "src.io/x:1", Destinations: []string{"r.io/b:1", "r.io/a:1"},
			Options: entry.Options{Expires: day(2027, 2, 1)},
		},
		{
			Source: "src.io/y:1", Destinations: []string{"r.io/y:1"},
			Options: entry.Options{Expires: time.Date(2027, 1, 31, 17, 0, 0, 0, time.UTC)},
		},
		{
			Source: "src.io/z:1", Destinations: []string{"r.io/z:1", "r.io/z:2"},
			Options: entry.Options{Expires: day(2027, 4, 16)},
		},
		{Source: "src.io/a:1", Destinations: []string{"r.io/z:1", "r.io/z:2"}},
		{
			Source: "src.io/old:1", Destinations: []string{"r.io/old:1"},
			Options: entry.Options{Expires: day(2020, 3, 1)},
		},
		{Source: "src.io/n:1", Destinations: []string{"r.io/n:1"}},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

func TestReadNamesEveryBadLine(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"several": {
			`entries:
  - source: src.io/X:1
    destinations: [r.io/a:1]
  - source: src.io/b:1
    destinations:
      - r.io/b:1
      - dir:/tmp
      - R
    expires: 2027-13-01
  - source: src.io/c:1
    destination: r.io/c:1
  - src.io/d:1
  - source: src.io/e:1
    destinations: []
  - source: src.io/f:1
    destinations:
      - r.io/f:1
      - docker://r.io/f:1
      - src.io/f:1
  - source: src.io/f:2
    source: src.io/f:3
    destinations: {r.io/f: 1}
    expires: [1]
  - source:
    destinations: [[r.io/x:1]]
`,
			[]string{
				`line 2: source: image name "src.io/X:1": `,
				`line 9: expiry "2027-13-01" is not a date`,
				`line 11: unknown field "destination"; an entry has source, destinations, expires`,
				`line 10: no destinations`,
				"line 12: an entry must have the form `source: ...`",
				`line 14: empty destinations`,
				`line 18: destination "docker://r.io/f:1" is the same image as "r.io/f:1"`,
				`line 19: destination "src.io/f:1" is the source itself`,
				`line 21: field source is there twice`,
				`line 22: destinations must be a list`,
				`line 23: expires must be text`,
				`line 24: source must be text`,
				`line 25: a destination must be text`,
			},
		},
		"names": {"entries:\n- source: src.io/b:1\n  destinations:\n  - r.io/b:1\n  - dir:/tmp\n  - R\n", []string{
			`line 5: destination: image name "dir:/tmp": an entry can name`, `line 6: destination: image name "R": `,
		}},
		"repetition": {
			"entries:\n- {source: s.io/a, destinations: r.io/a}\n---\nentries:\n- {source: s.io/a, destinations: " +
				"r.io/b}\n",
			[]string{`line 5: source "s.io/a" has an entry in line 2 already`},
		},
		"no list":    {"entries: 5\n", []string{`line 1: entries must be a list`}},
		"no entries": {"{}\n", []string{`line 1: no entries`}},
		"another field": {
			"# x\nentry: []\n", []string{`line 2: unknown field "entry"; the file has entries`, `line 2: no entries`},
		},
		"a list":        {"- source: a\n", []string{"line 1: the file must have the form `entries: ...`"}},
		"no YAML":       {"entries:\n\t- x\n", []string{`line 2: found character that cannot start any token`}},
		"half an entry": {"entries:\n- {source: s.io/a, ", []string{`line 2: `}},
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

func TestWrite(t *testing.T) {
	entries := []entry.Entry{
		{
			Source: "src.io/y:1", Destinations: []string{"r.io/y:1"},
			Options: entry.Options{Expires: time.Unix(1_800_000_000, 0)},
		},
		{
			Source: "src.io/x:1", Destinations: []string{"r.io/b:1", "r.io/a:1"},
			Options: entry.Options{Expires: day(2027, 2, 1)},
		},
		{Source: "true", Destinations: []string{"r.io/n:1"}},
	}
	var out bytes.Buffer
	if err := entryfile.Write(&out, entries); err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(out.String(), "entries:")
	const want = `
  - source: src.io/x:1
    destinations:
      - r.io/b:1
      - r.io/a:1
    expires: 2027-01-31
  - source: src.io/y:1
    destinations:
      - r.io/y:1
    expires: 2027-01-15T08:00:00Z
  - source: "true"
    destinations:
      - r.io/n:1
`
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	again, err := entryfile.Read(&out, now)
	entries[0], entries[1] = entries[1], entries[0]
	if diff := cmp.Diff(entries, again); diff != "" || err != nil {
		t.Errorf("read back: %v (-want +got)\n%s", err, diff)
	}
	out.Reset()
	if err := entryfile.Write(&out, nil); err != nil || !strings.HasSuffix(out.String(), "entries: []\n") {
		t.Errorf("nothing: %v, %s", err, out.String())
	}
	if got, err := entryfile.Read(&out, now); got != nil || err != nil {
		t.Errorf("nothing, read back: %v, %v", got, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("entries:\n- {source: s.io/a, destinations: [r.io/a], expires: 90d}\n"))
	f.Add([]byte("entries:\n- &a {source: s.io/a, destinations: &b [r.io/a]}\n- {source: s.io/b, destinations: *b, " +
		"expires: 2027-01-31}\n"))
	f.Add(
		[]byte(
			"defaults: {destinations: r.io/x/, labels: {a: b}}\nentries:\n- {source: s.io/a, tags: [{version: ^1}]}\n" +
				"- {source: s.io/b, tags: &t [{include: '*', newest: all, variant: ['', \"a*\"], minimumAge: 3d}]}\n" +
				"- {source: s.io/c/**, repos: {exclude: x}, tags: *t}\n" +
				"- {source: s.io/d, destinations: null, tags: [{pin: 1, to: r.io/e}]}",
		),
	)
	f.Add([]byte("--- \n- a\n---\n{}"))
	f.Fuzz(func(t *testing.T, file []byte) {
		entries, err := entryfile.Read(bytes.NewReader(file), now)
		if err != nil {
			if entries != nil {
				t.Error("entries beside an error")
			}
			return
		}
		var out bytes.Buffer
		if err := entryfile.Write(&out, entries); err != nil {
			t.Fatal(err)
		}
		again, err := entryfile.Read(&out, now)
		if err != nil || len(again) != len(entries) {
			t.Errorf("written and read again: %v, %v", again, err)
		}
	})
}
