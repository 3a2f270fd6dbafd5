package progress

import (
	"io"
	"time"

	"ecrmirror/internal/tty"
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
		if f, ok := tty.Of(w, getenv); ok {
			if width, _ := tty.Size(f); width > 0 {
				return newTerminal(f, func() (width, height int) { return tty.Size(f) }, tty.Reflows(getenv))
			}
		}
	}
	return newPlain(w)
}

// A view is one way to write progress. Its methods are called by one goroutine.
type view interface {
	// interval is how often show is called.
	interval() time.Duration
	// show is given what has happened since it was called last, and how things are.
	show(events []event, now snapshot)
	// close is given the same, once, instead of the last show.
	close(events []event, now snapshot)
}
