package entryfile_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryfile"
)

// repeated reads as a text again and again, after a start.
func repeated(start, text string, times int) io.Reader {
	readers := []io.Reader{strings.NewReader(start)}
	many := strings.Repeat(text, max(1, (1<<20)/len(text)))
	for left := times * len(text); left > 0; left -= len(many) {
		readers = append(readers, strings.NewReader(many[:min(left, len(many))]))
	}
	return io.MultiReader(readers...)
}

// laughs is YAML's billion laughs: nine levels of nine aliases each.
func laughs(entries string) string {
	var b strings.Builder
	b.WriteString("entries:\n- source: s.io/x:1\n  destinations: &l0 [r.io/a:1, r.io/b:1, r.io/c:1]\n")
	for i := range 9 {
		fmt.Fprintf(&b, "- &l%d [%s]\n", i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*l%d, ", i), 9), ", "))
	}
	return b.String() + entries
}

// What a file can say, whatever it takes, ends in an error that says what is wrong and where, and the memory that
// it takes is bounded.
func TestHostileFiles(t *testing.T) {
	destinations := strings.TrimSuffix(strings.Repeat("r.io/a:1, ", 100_000), ", ")
	for name, c := range map[string]struct {
		file io.Reader
		want string
	}{
		"billion laughs": {
			strings.NewReader(laughs("- {source: s.io/y:1, destinations: *l9}\n")), "must",
		},
		"one list again and again": {
			repeated("entries:\n- source: s.io/x:1\n  destinations: &d ["+destinations+"]\n",
				"- {source: s.io/y, destinations: *d}\n", 30_000),
			"line 13: with the destinations of this entry there are more than 1000000",
		},
		"one entry again and again": {
			repeated("entries:\n- &e {source: s.io/x:1, destinations: r.io/x:1}\n", "- *e\n", 100_000), "more is wrong",
		},
		"short values on one line": {repeated("entries: [", "a,", 10_000_000), "line 1: more than 300000 lines"},
		"nothing on one line":      {repeated("entries: [", ",", 10_000_000), "did not find expected node content"},
		"pairs on one line": {
			repeated("entries: [{", `"a":b,`, 2_000_000), "line 1: more than 300000 lines",
		},
		"maps on one line":             {repeated("entries: [", "{},", 2_000_000), "line 1: more than 300000 lines"},
		"lists in lists":               {repeated("entries: ", "[", 10_000_000), "max depth"},
		"maps in maps":                 {repeated("entries: ", "{a: ", 10_000_000), "max depth"},
		"lists in lists, line by line": {repeated("entries:\n", "- ", 10_000_000), "max depth"},
		"fields in fields":             {repeated("entries:\n", "? ", 10_000_000), "max depth"},
		"an endless line":              {repeated("entries: # ", "x", 100_000_000), "the file has more than 32 MiB"},
		"an endless quoted text":       {repeated("entries: '", "x\n\n", 30_000_000), "more than"},
		"many comments":                {repeated("", "#\n", 10_000_000), "more than 300000 lines"},
		"an endless name":              {repeated("entries:\n- source: ", "x", 1_000_000), "line 2: no destinations"},
		"many anchors":                 {repeated("entries:\n", "- &a a\n", 10_000_000), "more than 300000 lines"},
		"many faults":                  {repeated("entries:\n", "- a\n", 100_000), "more is wrong"},
		"many documents":               {repeated("", "---\na\n", 5_000_000), "more is wrong"},
		"many empty documents":         {repeated("", "---\n", 20_000_000), "more than 1000 documents"},
		"dashes within a text":         {repeated("entries:\n- 'x\n", "  ---\n", 1_000_000), "more than 300000 lines"},
		"an unknown anchor":            {repeated("entries: *", "x", 1_000_000), "unknown anchor"},
		"a long field": {
			strings.NewReader("? " + strings.Repeat("x", 100_000) + "\n: 1\n"), "unknown field",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			entries, err := entryfile.Read(c.file, now)
			runtime.ReadMemStats(&after)
			if err == nil || entries != nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%d entries, %.1000v; want %q", len(entries), err, c.want)
			}
			if n := len(err.Error()); n > 100_000 {
				t.Errorf("an error of %d bytes", n)
			}
			t.Logf("%d MiB allocated, %.200v", (after.TotalAlloc-before.TotalAlloc)>>20, err)
		})
	}
}

// As much as a table of some thousand entries has can be read, and more in several documents.
func TestLargeFilesAreRead(t *testing.T) {
	var b strings.Builder
	for document := range 2 {
		b.WriteString("---\nentries:\n")
		for i := range 700 {
			fmt.Fprintf(&b, "- source: registry.example.com:5000/team/application-%d/%d:v1.2.3\n  destinations:\n",
				document, i)
			for d := range 5 {
				fmt.Fprintf(&b, "    - 11112222333%d.dkr.ecr.eu-west-1.amazonaws.com/team/application-%d/%d:v1.2.3\n",
					d, document, i)
			}
			b.WriteString("  expires: 2027-01-31\n")
		}
	}
	entries, err := entryfile.Read(strings.NewReader(b.String()), now)
	if err != nil || len(entries) != 1_400 {
		t.Errorf("%d entries, %.1000v", len(entries), err)
	}
}

// What is written can be read, however much it is.
func TestLargeTablesAreWrittenAsTheyAreRead(t *testing.T) {
	var entries []entry.Entry
	for i := range 250 {
		e := entry.Entry{Source: fmt.Sprintf("s.io/x:%05d", i)}
		for d := range entry.MaxDestinations {
			e.Destinations = append(e.Destinations, fmt.Sprintf("r.io/%d:%d", d, i))
		}
		entries = append(entries, e)
	}
	var file bytes.Buffer
	if err := entryfile.Write(&file, entries); err != nil {
		t.Fatal(err)
	}
	again, err := entryfile.Read(&file, now)
	if diff := cmp.Diff(entries, again); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%.1000s", err, diff)
	}
}
