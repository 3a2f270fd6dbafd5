package output

import (
	"io"

	"ecrmirror/internal/tty"
)

// A Palette colors words, or leaves them as they are: the zero Palette does.
type Palette struct{ on bool }

// A Color is what a word means.
type Color string

// The colors, as parameters of SGR (ECMA-48 8.3.117).
const (
	Plain   Color = ""
	Good    Color = "32" // green
	Waiting Color = "33" // yellow
	Bad     Color = "31" // red
	Faint   Color = "2"
)

// PaletteFor returns the colors for what is written to w: none but on a terminal whose user wants them.
func PaletteFor(w io.Writer, getenv func(string) string) Palette {
	_, ok := tty.Of(w, getenv)
	return Palette{ok}
}

// Paint returns the text in a color.
func (p Palette) Paint(c Color, text string) string {
	if !p.on || c == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}
