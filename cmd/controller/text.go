package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/program"
)

const outputJSON = "json"

// addOutput adds --output to a command that prints text, or JSON. table is what plan's text was once called.
func addOutput(cmd *cobra.Command) *cli.Choice {
	output := cli.OneOf("FORMAT", "text", outputJSON).Formerly("table")
	cmd.Flags().VarP(&output, "output", "o", "what to print: text or json")
	return &output
}

// writeJSON prints a document as the other commands do.
func writeJSON(w io.Writer, document any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(document)
}

// shown returns text from the table as one line without what could steer a terminal.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '?'
		}
		return r
	}, program.OneLine(text))
}

// A grid is rows of columns that are aligned over all of them. A row of one cell is a
// line of its own, which widens no column.
type grid [][]string

// row adds a row.
func (g *grid) row(cells ...string) { *g = append(*g, cells) }

// write prints the grid, two blanks between columns and none at the end of a line.
func (g *grid) write(w io.Writer) error {
	var widths []int
	for _, row := range *g {
		for i, cell := range row {
			if len(row) == 1 {
				continue
			}
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range *g {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// span says how long something has lasted, in the largest unit that is not more than it.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(0, d/time.Second))
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 2*day:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dd", d/day)
}

// jsonTime is t in a document: nil, so that it is left out, for the zero time.
func jsonTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Millisecond)
	return &t
}
