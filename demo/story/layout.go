package story

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Table shows rows under a header, in aligned columns two spaces apart. Rows may be
// shorter than the header, and longer.
func (s *Story) Table(header []string, rows [][]string) {
	var widths []int
	for _, row := range slices.Concat([][]string{header}, rows) {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	s.line(margin + s.row(header, widths, func(string) string { return dim }))
	for _, row := range rows {
		s.line(margin + s.row(row, widths, colourOf))
	}
}

func (s *Story) row(cells []string, widths []int, colour func(cell string) string) string {
	var b strings.Builder
	blanks := 0
	for i, cell := range cells {
		if cell != "" {
			b.WriteString(strings.Repeat(" ", blanks))
			b.WriteString(s.paint(colour(cell), cell))
			blanks = 0
		}
		blanks += widths[i] - utf8.RuneCountInString(cell) + 2
	}
	return b.String()
}

// colourOf returns the colour of a table's cell, "" for most.
func colourOf(cell string) string {
	switch {
	case strings.HasPrefix(cell, Right):
		return green
	case strings.HasPrefix(cell, Wrong):
		return red
	}
	return ""
}

// wrap joins words into lines of at most width columns where that is possible. All
// lines but the last end in suffix; all but the first are indented.
func wrap(words []string, width int, suffix, indent string) []string {
	var lines []string
	line := ""
	for _, word := range words {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			lines = append(lines, line+suffix)
			line = indent + word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// plain are the characters that a shell takes as they are.
const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+$~"

// quote quotes an argument for a shell, if it has to be. A dollar sign is left to the
// shell: the story names directories by variables.
func quote(arg string) string {
	if arg != "" && strings.Trim(arg, plain) == "" {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
