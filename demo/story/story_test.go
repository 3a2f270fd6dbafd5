package story_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/demo/story"
)

func TestPlainStory(t *testing.T) {
	var b bytes.Buffer
	s := story.New(&b, false)
	s.Title("title")
	s.Heading("first")
	s.Say("%d words\n here", 2)
	s.Command("TAG=1", "aws", "batch", "--parameters", `{"source":"it's"}`, "")
	s.Output("one\ntwo\n\n")
	s.Output("")
	s.Errors("bad\n")
	s.Table([]string{"NAME", "DIGEST", "SAME"}, [][]string{{"a", "12", "✓", "more"}, {"longer", "", "✗ no"}, {"b"}})
	s.Gap()
	s.Gap()
	s.Heading("second")
	s.Judge(true, "good")
	s.Judge(false, "bad")
	s.Verdict(false, "over")
	want := `title

 1 first
   2 words here
   $ TAG=1 aws batch --parameters '{"source":"it'\''s"}' ''
   │ one
   │ two
   ┊ bad
   NAME    DIGEST  SAME
   a       12      ✓     more
   longer          ✗ no
   b

 2 second
   ✓ good
   ✗ bad

✗ over
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("story (-want +got):\n%s", d)
	}
	if err := s.Err(); err != nil {
		t.Error(err)
	}
}

func TestLongCommandsAreBroken(t *testing.T) {
	var b bytes.Buffer
	long := strings.Repeat("x", 60)
	story.New(&b, false).Command("mirror", long, long, long)
	want := "   $ mirror " + long + " \\\n" + "         " + long + " \\\n" + "         " + long + "\n"
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("command (-want +got):\n%s", d)
	}
}

func TestColoursDoNotChangeTheText(t *testing.T) {
	tell := func(colour bool) string {
		var b bytes.Buffer
		s := story.New(&b, colour)
		s.Heading("h")
		s.Command("go", "build")
		s.Table([]string{"A", "B"}, [][]string{{"✓", "x"}, {"", "✗ y"}})
		s.Verdict(true, "v")
		return b.String()
	}
	coloured := tell(true)
	if !strings.Contains(coloured, "\x1b[32m✓\x1b[0m") {
		t.Errorf("no green mark in %q", coloured)
	}
	for _, escape := range []string{"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[36m"} {
		coloured = strings.ReplaceAll(coloured, escape, "")
	}
	if d := cmp.Diff(tell(false), coloured); d != "" {
		t.Errorf("text (-plain +coloured):\n%s", d)
	}
}

func TestColourIsForTerminalsOnly(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if story.Colour(f, func(string) string { return "" }) {
		t.Error("colours in a file")
	}
	device, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	for _, name := range []string{"NO_COLOR", "TERM"} {
		getenv := func(s string) string {
			if s == name {
				return "dumb"
			}
			return ""
		}
		if story.Colour(device, getenv) {
			t.Errorf("colours although %s=dumb", name)
		}
	}
}

func TestErrorOfWritingIsKept(t *testing.T) {
	s := story.New(failing{}, false)
	s.Title("a")
	s.Verdict(true, "b")
	if !errors.Is(s.Err(), os.ErrClosed) {
		t.Errorf("error %v, want %v", s.Err(), os.ErrClosed)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, os.ErrClosed }
