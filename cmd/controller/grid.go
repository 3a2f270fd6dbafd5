package main

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/printable"
)

// A grid is rows of columns that are aligned over all of them. States in it have colors.
type grid struct {
	palette cli.Palette
	// rows calls row for each row, whatever others wrote in its cells. It is called twice, with the same rows each
	// time: they are not kept, for a table may have a million.
	rows func(row func(cells ...string))
}

// write prints the grid, two blanks between columns and none at the end of a line.
func (g grid) write(w io.Writer) error {
	var widths []int
	g.rows(func(cells ...string) {
		for i, cell := range printable.Fit(cells...) {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	})
	out := bufio.NewWriter(w) // its errors stay until Flush
	g.rows(func(cells ...string) { g.line(out, printable.Fit(cells...), widths) })
	return out.Flush()
}

func (g grid) line(out *bufio.Writer, row []string, widths []int) {
	last := len(row) - 1
	for last > 0 && row[last] == "" {
		last--
	}
	for i, cell := range row[:last+1] {
		_, _ = out.WriteString(g.palette.Paint(colorOf(cell), cell))
		if i < last {
			_, _ = out.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		}
	}
	_ = out.WriteByte('\n')
}

// colorOf returns the color of a state; other words have none.
func colorOf(word string) cli.Color {
	switch word {
	case string(entry.Current):
		return cli.Good
	case string(entry.Stale), string(entry.Submitted), string(entry.Deferred):
		return cli.Waiting
	case string(entry.Failing), string(invalid):
		return cli.Bad
	case string(unchecked):
		return cli.Faint
	}
	return cli.Plain
}
