package output

import (
	"bytes"
	"os"
	"testing"
)

func TestPaint(t *testing.T) {
	for _, c := range []struct {
		palette Palette
		color   Color
		text    string
		want    string
	}{
		{Palette{}, Bad, "failing", "failing"},
		{Palette{on: true}, Bad, "failing", "\x1b[31mfailing\x1b[0m"},
		{Palette{on: true}, Plain, "failing", "failing"},
		{Palette{on: true}, Good, "", ""},
	} {
		if got := c.palette.Paint(c.color, c.text); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// TestNoColorsButOnATerminal looks at all that is none; the programs' scripts look at one.
func TestNoColorsButOnATerminal(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	none := func(string) string { return "" }
	if PaletteFor(&bytes.Buffer{}, none).on || PaletteFor(file, none).on {
		t.Error("colors")
	}
}
