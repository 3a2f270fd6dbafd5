package main

import (
	"io"
	"strings"
	"unicode/utf8"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/table"
)

// A grid is rows of columns that are aligned over all of them. States in it have colors.
type grid struct {
	palette cli.Palette
	rows    [][]string
}

// row adds a row, whatever others wrote in its cells.
func (g *grid) row(cells ...string) { g.rows = append(g.rows, printable.Fit(cells...)) }

// write prints the grid, two blanks between columns and none at the end of a line.
func (g *grid) write(w io.Writer) error {
	var widths []int
	for _, row := range g.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range g.rows {
		last := len(row) - 1
		for last > 0 && row[last] == "" {
			last--
		}
		for i, cell := range row[:last+1] {
			b.WriteString(g.palette.Paint(colorOf(cell), cell))
			if i < last {
				b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// colorOf returns the color of a state; other words have none.
func colorOf(word string) cli.Color {
	switch word {
	case string(table.Current):
		return cli.Good
	case string(table.Stale), string(table.Submitted), string(table.Deferred):
		return cli.Waiting
	case string(table.Failing), string(invalid):
		return cli.Bad
	case string(unchecked):
		return cli.Faint
	}
	return cli.Plain
}
