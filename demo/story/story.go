// Package story prints the demo: headings, what is done and why, the commands as a
// person would type them, their output, and tables.
package story

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// The marks that begin a judgement. A table's cell that begins with one is coloured.
const (
	Right = "✓"
	Wrong = "✗"
)

const (
	margin = "   "
	width  = 110 // columns at which commands and sentences are broken
)

// A Story writes to a terminal or a file. Errors of writing are kept and returned by
// [Story.Err]. It is not safe for concurrent use.
type Story struct {
	w        io.Writer
	colour   bool
	headings int
	gap      bool // the last line is empty
	err      error
}

// New returns a story that is written to w, with colours or without.
func New(w io.Writer, colour bool) *Story { return &Story{w: w, colour: colour} }

// Colour reports whether output to f is to have colours: f is a terminal that has
// them, and NO_COLOR is not set.
func Colour(f *os.File, getenv func(string) string) bool {
	if getenv("NO_COLOR") != "" || getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Title begins the story.
func (s *Story) Title(title string) { s.line(s.paint(bold, title)) }

// Heading begins the next numbered section.
func (s *Story) Heading(title string) {
	s.headings++
	s.Gap()
	s.line(s.paint(bold, fmt.Sprintf("%2d %s", s.headings, title)))
}

// Say explains something, in lines of a readable length.
func (s *Story) Say(format string, args ...any) {
	for _, line := range wrap(strings.Fields(fmt.Sprintf(format, args...)), width-len(margin), "", "") {
		s.line(margin + line)
	}
}

// Command shows a command, quoted for a shell. Leading arguments of the form
// NAME=VALUE are variables in its environment.
func (s *Story) Command(args ...string) {
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = quote(arg)
	}
	for i, line := range wrap(quoted, width-len(margin)-len("$ \\"), " \\", "    ") {
		prompt := "$ "
		if i > 0 {
			prompt = "  "
		}
		s.line(margin + s.paint(cyan, prompt+line))
	}
}

// Output shows what a command printed.
func (s *Story) Output(output string) { s.quoted("│ ", output) }

// Errors shows what a command printed to standard error.
func (s *Story) Errors(output string) { s.quoted("┊ ", output) }

func (s *Story) quoted(mark, output string) {
	output = strings.TrimRight(output, "\n")
	if output == "" {
		return
	}
	for line := range strings.SplitSeq(output, "\n") {
		s.line(margin + s.paint(dim, mark) + strings.TrimRight(line, "\r"))
	}
}

// Judge says whether something is as it should be.
func (s *Story) Judge(right bool, format string, args ...any) {
	mark, colour := Right, green
	if !right {
		mark, colour = Wrong, red
	}
	s.line(margin + s.paint(colour, mark) + " " + fmt.Sprintf(format, args...))
}

// Gap leaves a line free, unless one is.
func (s *Story) Gap() {
	if !s.gap {
		s.line("")
	}
}

// Verdict ends the story with one line.
func (s *Story) Verdict(right bool, format string, args ...any) {
	mark, colour := Right, green
	if !right {
		mark, colour = Wrong, red
	}
	s.Gap()
	s.line(s.paint(bold+colour, mark+" "+fmt.Sprintf(format, args...)))
}

// Err returns the first error of writing.
func (s *Story) Err() error { return s.err }

func (s *Story) line(line string) {
	s.gap = line == ""
	if s.err == nil {
		_, s.err = fmt.Fprintln(s.w, line)
	}
}

// The escape sequences of colours, without which a story is plain text.
const (
	bold  = "\x1b[1m"
	dim   = "\x1b[2m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
	cyan  = "\x1b[36m"
	reset = "\x1b[0m"
)

func (s *Story) paint(colour, text string) string {
	if !s.colour || colour == "" || text == "" {
		return text
	}
	return colour + text + reset
}
