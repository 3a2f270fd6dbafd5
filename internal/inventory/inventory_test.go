package inventory_test

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/inventory"
	"ecrmirror/internal/selection"
	"ecrmirror/internal/table"
)

// items are what a table yields, in no order: entries of these sources, and invalid items of those that begin with "!".
func items(sources ...string) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		for _, source := range sources {
			var err error
			e := entry.Entry{Source: source, Destinations: []string{"r.io/b:1"}, Status: entry.Status{Error: "x"}}
			if invalid, ok := strings.CutPrefix(source, "!"); ok {
				e, err = entry.Entry{}, &entry.Error{Source: invalid, Err: errors.New("no Destination")}
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func read(t *testing.T, sources ...string) inventory.Inventory {
	t.Helper()
	inv, err := inventory.Read(items(sources...))
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

func TestAnInventoryIsSortedWithTheInvalidItemsApart(t *testing.T) {
	inv := read(t, "r.io/c:1", "!z", "r.io/a:1", "UPPER", "!a", "r.io/b:1")
	if diff := cmp.Diff([]string{"r.io/a:1", "r.io/b:1", "r.io/c:1", "UPPER", "a", "z"}, inv.Keys()); diff != "" ||
		inv.Len() != 6 {
		t.Errorf("%d items (-want +got)\n%s", inv.Len(), diff)
	}
	if len(inv.Entries) != 3 || inv.Entries[0].Status.Error != "x" {
		t.Errorf("%+v", inv.Entries)
	}
	inv, err := inventory.Read(inventory.WithoutStatus(items("r.io/a:1")))
	if err != nil || inv.Entries[0].Status.Error != "" {
		t.Errorf("%+v, %v", inv, err)
	}
	broken := func(yield func(entry.Entry, error) bool) {
		_ = yield(entry.Entry{Source: "r.io/a:1"}, nil) && yield(entry.Entry{}, table.ErrNoTable)
	}
	if inv, err := inventory.Read(broken); !errors.Is(err, table.ErrNoTable) || inv.Len() != 0 {
		t.Errorf("%+v, %v", inv, err)
	}
}

func TestItemsAreFoundByAnySpellingOfTheirSource(t *testing.T) {
	inv := read(t, "docker.io/library/alpine:3", "alpine:3", "r.io/app", "!docker://alpine:3", "!not an image")
	for _, c := range []struct {
		sources, want []string
		absent        string
	}{
		{sources: nil, want: inv.Keys()},
		{sources: []string{"alpine:3"}, want: []string{"alpine:3", "docker.io/library/alpine:3", "docker://alpine:3"}},
		{sources: []string{"r.io/app:latest"}, want: []string{"r.io/app"}},
		{sources: []string{"not an image"}, want: []string{"not an image"}},
		{sources: []string{"r.io/app", "alpine:4"}, want: []string{"r.io/app"}, absent: `"alpine:4"`},
		{sources: []string{"r.io/x:1", "r.io/y:1"}, absent: `"r.io/y:1"`},
	} {
		got, err := inv.OfAll(c.sources...)
		if diff := cmp.Diff(c.want, got.Keys()); diff != "" {
			t.Errorf("%q (-want +got)\n%s", c.sources, diff)
		}
		if (err != nil) != (c.absent != "") || err != nil && (!errors.Is(err, table.ErrNotFound) ||
			!strings.HasSuffix(err.Error(), c.absent)) {
			t.Errorf("%q: %v", c.sources, err)
		}
	}
}

func TestCompletions(t *testing.T) {
	inv := read(t, "r.io/a:1", "r.io/b:1", "q.io/a:1", "!r.io/zz:1", "!r.io/\x1b[2J")
	for _, c := range []struct {
		typed       string
		given, want []string
	}{
		{"", nil, []string{"q.io/a:1", "r.io/a:1", "r.io/b:1", "r.io/zz:1"}},
		{"r.io/", nil, []string{"r.io/a:1", "r.io/b:1", "r.io/zz:1"}},
		{"r.io/", []string{"r.io/a:1", "q.io/a:1"}, []string{"r.io/b:1", "r.io/zz:1"}},
		{"x", nil, nil},
	} {
		if diff := cmp.Diff(c.want, inv.Completions(c.typed, c.given)); diff != "" {
			t.Errorf("%q after %q (-want +got)\n%s", c.typed, c.given, diff)
		}
	}
}

func TestWhatAnImportWouldRefuseIsNotImportable(t *testing.T) {
	inv := read(t, "r.io/a:1", "!z")
	inv.Entries = append(inv.Entries, entry.Entry{Source: "r.io/b:1", Destinations: []string{"UPPER"}})
	got := inv.Importable()
	if diff := cmp.Diff([]string{"r.io/a:1", "z", "r.io/b:1"}, got.Keys()); diff != "" || len(got.Entries) != 1 ||
		len(inv.Invalid) != 1 {
		t.Errorf("%+v (-want +got)\n%s", got, diff)
	}
}

func TestAList(t *testing.T) {
	inv := inventory.Inventory{
		Entries: []entry.Entry{
			{
				Source: "r.io/a:1", Destinations: []string{"r.io/b:1", "UPPER"},
				Options: entry.Options{Expires: time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)},
			},
			{Source: "r.io/long/name:1", Destinations: []string{"r.io/c:1"}},
		},
		Invalid: []*entry.Error{{Source: "zz", Err: errors.New("no\nDestination")}},
	}
	for name, c := range map[string]struct {
		inv        inventory.Inventory
		text, json string
	}{
		"a selection": {
			inventory.Inventory{Entries: []entry.Entry{{
				Source: "r.io/a", Labels: map[string]string{"team": "web"}, Tags: []entry.Rule{{
					Rule: selection.Rule{Version: ">=1", Newest: 2}, To: []string{"q.io/b"},
				}},
			}}},
			`SOURCE  EXPIRES  DESTINATION
r.io/a  never    q.io/b
r.io/a  never    tags {version: ">=1", newest: 2, to: q.io/b}
r.io/a  never    labels {team: web}
`, `[
  {
    "source": "r.io/a",
    "destinations": [],
    "tags": [
      {
        "version": ">=1",
        "newest": 2,
        "to": "q.io/b"
      }
    ],
    "labels": {
      "team": "web"
    }
  }
]
`,
		},
		"none": {inventory.Inventory{}, "table mirror has no entries (controller put writes one)\n", "[]\n"},
		"three": {
			inv, `SOURCE            EXPIRES     DESTINATION
r.io/a:1          2027-01-31  r.io/b:1
r.io/a:1          2027-01-31  invalid: ` + entry.Entry{}.ValidateDestination("UPPER").Error() + `
r.io/long/name:1  never       r.io/c:1
zz                -           invalid: no; Destination
`, `[
  {
    "source": "r.io/a:1",
    "destinations": [
      "r.io/b:1",
      "UPPER"
    ],
    "expires": "2027-02-01T00:00:00Z",
    "error": "` + strings.ReplaceAll(entry.Entry{}.ValidateDestination("UPPER").Error(), `"`, `\"`) + `"
  },
  {
    "source": "r.io/long/name:1",
    "destinations": [
      "r.io/c:1"
    ]
  },
  {
    "source": "zz",
    "destinations": [],
    "error": "no\nDestination"
  }
]
`,
		},
	} {
		var text, document bytes.Buffer
		if err := errors.Join(c.inv.WriteText(&text, "mirror"), c.inv.WriteJSON(&document)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.text, text.String()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		if diff := cmp.Diff(c.json, document.String()); diff != "" {
			t.Errorf("%s as JSON (-want +got)\n%s", name, diff)
		}
	}
}

// What others wrote into the table reaches no terminal raw, in any format.
func TestNothingReachesATerminalRaw(t *testing.T) {
	steers := func(r rune) bool { return !strconv.IsPrint(r) && r != '\n' }
	for _, raw := range []string{
		"r.io/a:1\x1b[2J\x1b]0;owned\x07", "r.io/a:1\rr.io/b:1", "r.io/a:1\nr.io/forged:1  r.io/x:1  current",
		"r.io/a:1\u009b2J",
		"r.io/a:1\u202egnp", "r.io/a:1\x7f\x00", "r.io/a:1\x9b2J", strings.Repeat("x", 1<<15) + "\x1b",
	} {
		inv := inventory.Inventory{
			Entries: []entry.Entry{{Source: raw, Destinations: []string{raw, "r.io/c:1"}}},
			Invalid: []*entry.Error{{Source: raw, Err: errors.New("says " + raw)}},
		}
		for name, write := range map[string]func(io.Writer) error{
			"text": func(w io.Writer) error { return inv.WriteText(w, "mirror") },
			"JSON": inv.WriteJSON,
		} {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			if strings.ContainsFunc(b.String(), steers) || strings.Contains(b.String(), "\nr.io/forged") ||
				b.Len() > 40_000 ||
				name != "JSON" && strings.Count(b.String(), "\n") > 8 {
				t.Errorf("%s: %d bytes: %.200q", name, b.Len(), b.String())
			}
		}
	}
}

func TestTheSelectionOfASource(t *testing.T) {
	inv := read(t, "nginx:latest", "r.io/app:1", "!r.io/broken", "!r.io/team/**")
	rules := []entry.Rule{{Rule: selection.Rule{Version: "*"}}}
	for _, source := range []string{"nginx", "r.io/twice", "docker://r.io/twice", "r.io/org/**"} {
		inv.Entries = append(inv.Entries, entry.Entry{Source: source, Destinations: []string{"r.io/b/"}, Tags: rules})
	}
	for source, want := range map[string]string{
		"docker.io/library/nginx": "nginx",
		"r.io/org/**":             "r.io/org/**",
		"r.io/app:1": "r.io/app:1 is not a selection: its entry has no tags, and is of one image (controller status " +
			"r.io/app:1 tells how it is)",
		"r.io/broken":  `entry "r.io/broken": no Destination`,
		"r.io/team/**": `entry "r.io/team/**": no Destination`,
		"r.io/none":    `no entry: "r.io/none" (controller list shows the sources)`,
		"r.io/none/**": `no entry: "r.io/none/**" (controller list shows the sources)`,
		"r.io/twice": `"r.io/twice" is the source of several entries: remove all of ["r.io/twice" ` +
			`"docker://r.io/twice"] but one`,
	} {
		e, err := inv.Selection(source)
		got := e.Source
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}
