// Package tty says whether something is a terminal, how large it is, and whether it is to be
// drawn on.
package tty

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Of returns the terminal that w is, if it understands escape sequences and its user wants some: NO_COLOR
// (https://no-color.org) and TERM=dumb say no.
func Of(w io.Writer, getenv func(string) string) (terminal *os.File, ok bool) {
	file, ok := w.(*os.File)
	if !ok || !wanted(getenv) || !Is(file) || !understandsEscapes(file) {
		return nil, false
	}
	return file, true
}

// Is reports whether w is a terminal, of whatever kind.
func Is(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

func wanted(getenv func(string) string) bool {
	return getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}

// Size returns how many columns and rows the terminal that w is has now; 0 where w is none, or does not
// say: some, as those of containers, do not.
func Size(w io.Writer) (width, height int) {
	file, ok := w.(*os.File)
	if !ok {
		return 0, 0
	}
	width, height, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0, 0
	}
	return width, height
}

// Reflows reports whether the terminal of the environment breaks lines anew when it is narrowed. Nearly all do
// (VTE, kitty, iTerm2, Windows Terminal, tmux); xterm and GNU screen, which say who they are, cut them off.
func Reflows(getenv func(string) string) bool {
	return getenv("XTERM_VERSION") == "" && getenv("STY") == ""
}
