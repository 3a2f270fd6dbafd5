package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0s", 0: "0s", 59*time.Second + 999*time.Millisecond: "59s", time.Minute: "1m",
		59 * time.Minute: "59m",
		time.Hour:        "1h", 47 * time.Hour: "47h", 48 * time.Hour: "2d", 1000 * time.Hour: "41d",
	} {
		if got := Span(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

func TestBytes(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Bytes(0), "0 B"},
		{Bytes(1023), "1023 B"},
		{Bytes(1 << 10), "1.0 KiB"},
		{Bytes(1<<20 + 1<<19), "1.5 MiB"},
		{Bytes(3 << 30), "3.00 GiB"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestGrid(t *testing.T) {
	rows := func(row func(cells ...string)) {
		row("NAME", "STATE", "REASON")
		row("a", "bad", "on fire")
		row("größer", "good", "")
		row("", "", "")
		row("x", "", "y")
	}
	bad := func(cell string) Color {
		if cell == "bad" {
			return Bad
		}
		return Plain
	}
	for name, c := range map[string]struct {
		grid Grid
		want string
	}{
		"plain": {
			Grid{Rows: rows}, "NAME    STATE  REASON\na       bad    on fire\ngrößer  good\n\nx              y\n",
		},
		"colors": {
			Grid{Palette{on: true}, bad, rows},
			"NAME    STATE  REASON\na       \x1b[31mbad\x1b[0m    on fire\ngrößer  good\n\nx              y\n",
		},
		"no rows":          {Grid{Rows: func(func(...string)) {}}, ""},
		"a stranger's row": {Grid{Rows: func(row func(...string)) { row("a\nb\x1b[2J", "c") }}, "a; b?[2J  c\n"},
	} {
		var b bytes.Buffer
		if err := c.grid.Write(&b); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(c.want, b.String()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestJSON(t *testing.T) {
	type element struct {
		Name string     `json:"name"`
		Time *time.Time `json:"time,omitempty"`
	}
	when := time.Date(2027, 1, 31, 12, 0, 0, 123456789, time.FixedZone("", 3600))
	for name, c := range map[string]struct {
		list []element
		want string
	}{
		"none": {nil, "[]\n"},
		"one":  {[]element{{Name: "<a>&\u009b"}}, "[\n  {\n    \"name\": \"<a>&\\u009b\"\n  }\n]\n"},
		"two": {
			[]element{{"a", Time(time.Time{})}, {"b", Time(when)}},
			"[\n  {\n    \"name\": \"a\"\n  },\n  {\n    \"name\": \"b\",\n    \"time\": " +
				"\"2027-01-31T11:00:00.123Z\"\n  }\n]\n",
		},
	} {
		var list, document bytes.Buffer
		if err := errors.Join(JSONList(&list, slices.Values(c.list)),
			JSON(&document, append([]element{}, c.list...))); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, list.String()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		if diff := cmp.Diff(c.want, document.String()); diff != "" {
			t.Errorf("%s, as a document (-want +got)\n%s", name, diff)
		}
	}
	var line bytes.Buffer
	if err := JSONLine(&line, element{Name: "<a>&\u009b"}); err != nil ||
		line.String() != `{"name":"<a>&\u009b"}`+"\n" {
		t.Errorf("%q, %v", line.String(), err)
	}
	for name, err := range map[string]error{
		"list":     JSONList(&bytes.Buffer{}, slices.Values([]any{make(chan int)})),
		"document": JSON(&bytes.Buffer{}, make(chan int)),
	} {
		if _, ok := errors.AsType[*json.UnsupportedTypeError](err); !ok {
			t.Errorf("%s that is none: %v", name, err)
		}
	}
}

// full is a disk without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestAFullDiskIsAnError(t *testing.T) {
	for name, err := range map[string]error{
		"line":         Line(full{}, "a"),
		"grid":         Grid{Rows: func(row func(...string)) { row("a") }}.Write(full{}),
		"JSON":         JSON(full{}, 1),
		"line of JSON": JSONLine(full{}, 1),
		"list":         JSONList(full{}, slices.Values([]int{1})),
	} {
		if !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNothingReachesATerminalRaw(t *testing.T) {
	for _, raw := range []string{
		"a\x1b[2J\x1b]0;owned\x07", "a\rb", "a\nforged", "a\u009b2J", "a\u202egnp", "a\x7f\x00", "a\x9b2J",
		strings.Repeat("x", 1<<15) + "\x1b",
	} {
		var b bytes.Buffer
		for name, err := range map[string]error{
			"line":         Line(&b, "%s", raw),
			"grid":         Grid{Rows: func(row func(...string)) { row(raw, raw) }}.Write(&b),
			"JSON":         JSON(&b, raw),
			"line of JSON": JSONLine(&b, raw),
			"list":         JSONList(&b, slices.Values([]string{raw})),
		} {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		steers := func(r rune) bool { return !strconv.IsPrint(r) && r != '\n' }
		if strings.ContainsFunc(b.String(), steers) || strings.Contains(b.String(), "\nforged") || b.Len() > 8000 {
			t.Errorf("%d bytes: %.200q", b.Len(), b.String())
		}
	}
}
