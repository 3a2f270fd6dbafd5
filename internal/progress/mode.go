package progress

import (
	"io"
	"os"

	"golang.org/x/term"
)

// A Mode is a way to write progress.
type Mode string

// The modes.
const (
	Auto  Mode = "auto"  // bars on a terminal, Plain elsewhere
	Plain Mode = "plain" // a line now and then
	JSON  Mode = "json"  // a JSON object a line
	None  Mode = "none"
)

// Modes returns the names of all modes, the default first.
func Modes() []string { return []string{string(Auto), string(Plain), string(JSON), string(None)} }

// viewOf returns the view for a mode, nil if nothing is to be written.
func viewOf(mode Mode, w io.Writer, getenv func(string) string) view {
	switch mode {
	case None:
		return nil
	case JSON:
		return newJSONLines(w)
	case Auto:
		if f, ok := w.(*os.File); ok && wantsBars(getenv) && hasSize(f) {
			return newTerminal(f, func() (width, height int) {
				width, height, err := term.GetSize(int(f.Fd()))
				if err != nil {
					return 0, 0
				}
				return width, height
			}, reflows(getenv))
		}
	}
	return newPlain(w)
}

// reflows reports whether the terminal breaks lines anew when it is narrowed. Nearly all do (VTE,
// kitty, iTerm2, Windows Terminal, tmux); xterm and GNU screen, which say who they are, cut them off.
func reflows(getenv func(string) string) bool {
	return getenv("XTERM_VERSION") == "" && getenv("STY") == ""
}

// hasSize reports whether f is a terminal, and one that knows how wide it is: some, as
// those of containers, do not.
func hasSize(f *os.File) bool {
	width, _, err := term.GetSize(int(f.Fd()))
	return err == nil && width > 0
}

// wantsBars reports whether a terminal may be drawn on: NO_COLOR asks for plain text, and
// a dumb terminal can't move its cursor.
func wantsBars(getenv func(string) string) bool {
	return getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}
