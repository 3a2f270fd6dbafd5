package share

import (
	"regexp"
	"strings"
)

// A help is what a command prints as its help, in parts.
type help struct {
	about    string // what comes before the first section
	sections []section
}

// A section has a heading and the lines below it.
type section struct {
	heading string
	lines   []string
}

// heading matches the heading of one of cobra's sections. What the text before them has of the kind is
// longer, or comes before "Usage:".
var heading = regexp.MustCompile(`^[A-Z][A-Za-z ]*:$`)

// parseHelp parses a help as cobra prints it: a text, "Usage:", and other sections.
func parseHelp(text string) help {
	about, rest, _ := strings.Cut("\n"+text, "\nUsage:\n")
	h := help{about: strings.TrimSpace(about)}
	current := &section{heading: "Usage"}
	for line := range strings.SplitSeq(strings.TrimRight(rest, "\n"), "\n") {
		switch {
		case heading.MatchString(line):
			h.sections = append(h.sections, *current)
			current = &section{heading: strings.TrimSuffix(line, ":")}
		case strings.HasPrefix(line, `Use "`): // where to find more, which is in the page
		default:
			current.lines = append(current.lines, line)
		}
	}
	h.sections = append(h.sections, *current)
	for i, s := range h.sections {
		for len(s.lines) > 0 && strings.TrimSpace(s.lines[len(s.lines)-1]) == "" {
			s.lines = s.lines[:len(s.lines)-1]
		}
		h.sections[i] = s
	}
	return h
}

// commands returns the names of the commands that a help lists.
func (h help) commands() (names []string) {
	for _, s := range h.sections {
		if !strings.HasSuffix(s.heading, "Commands") {
			continue
		}
		for _, line := range s.lines {
			if fields := strings.Fields(line); len(fields) > 0 {
				names = append(names, fields[0])
			}
		}
	}
	return names
}

// summary returns the first sentence, without its full stop.
func (h help) summary() string {
	paragraph, _, _ := strings.Cut(h.about, "\n\n")
	sentence, _, _ := strings.Cut(strings.Join(strings.Fields(paragraph), " ")+" ", ". ")
	return strings.TrimRight(strings.TrimSpace(sentence), ".:")
}
