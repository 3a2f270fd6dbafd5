package tty

import (
	"bytes"
	"io"
	"os"
	"testing"
)

// TestWhatIsNoTerminal looks at all that is none. The programs' scripts have pseudo-terminals.
func TestWhatIsNoTerminal(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for _, w := range []io.Writer{file, null, &bytes.Buffer{}} {
		if Is(w) {
			t.Errorf("%T is a terminal", w)
		}
		if _, ok := Of(w, func(string) string { return "" }); ok {
			t.Errorf("%T is called a terminal", w)
		}
		if width, height := Size(w); width != 0 || height != 0 {
			t.Errorf("%T: %d columns, %d rows", w, width, height)
		}
	}
}

func TestReflows(t *testing.T) {
	for variable, want := range map[string]bool{"": true, "TMUX": true, "XTERM_VERSION": false, "STY": false} {
		getenv := func(name string) string {
			if name == variable {
				return "set"
			}
			return ""
		}
		if got := Reflows(getenv); got != want {
			t.Errorf("with %q: %v", variable, got)
		}
	}
}

func TestSomeTerminalsAreNotDrawnOn(t *testing.T) {
	for _, c := range []struct {
		term, noColor string
		want          bool
	}{
		{"xterm-256color", "", true},
		{"", "", true},
		{"dumb", "", false},
		{"xterm", "1", false},
	} {
		env := map[string]string{"TERM": c.term, "NO_COLOR": c.noColor}
		if got := wanted(func(name string) string { return env[name] }); got != c.want {
			t.Errorf("%v: %t, want %t", env, got, c.want)
		}
	}
}
