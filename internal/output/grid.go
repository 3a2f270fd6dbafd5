package output

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"

	"ecrmirror/internal/printable"
)

// A Grid is rows of columns that are aligned over all of them.
type Grid struct {
	Palette Palette
	// Color returns the color of a cell; nil colors none.
	Color func(cell string) Color
	// Rows calls row for each row. A Grid calls it twice and keeps no rows, because a table may have a million;
	// both calls have to give the same rows.
	Rows func(row func(cells ...string))
}

// Write prints the grid, with two blanks between columns and none at the end of a line. [printable.Fit] cleans the
// cells.
func (g Grid) Write(w io.Writer) error {
	var widths []int
	g.Rows(func(cells ...string) {
		for i, cell := range printable.Fit(cells...) {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	})
	out := bufio.NewWriter(w) // its errors stay until Flush
	g.Rows(func(cells ...string) { g.line(out, printable.Fit(cells...), widths) })
	return out.Flush()
}

func (g Grid) line(out *bufio.Writer, row []string, widths []int) {
	last := len(row) - 1
	for last > 0 && row[last] == "" {
		last--
	}
	for i, cell := range row[:last+1] {
		_, _ = out.WriteString(g.paint(cell))
		if i < last {
			_, _ = out.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		}
	}
	_ = out.WriteByte('\n')
}

func (g Grid) paint(cell string) string {
	if g.Color == nil {
		return cell
	}
	return g.Palette.Paint(g.Color(cell), cell)
}
