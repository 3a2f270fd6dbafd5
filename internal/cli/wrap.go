package cli

import (
	"regexp"
	"strings"
)

// wrap breaks the paragraphs of a text for a terminal of that width; 0 leaves them as they are. Lines that begin
// with a blank, as tables and examples do, are left as they are.
func wrap(text string, width int) string {
	if width <= 0 {
		return text
	}
	var lines, paragraph []string
	flush := func() {
		lines = append(lines, fill(strings.Fields(strings.Join(paragraph, " ")), width)...)
		paragraph = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == ' ' {
			flush()
			lines = append(lines, line)
			continue
		}
		paragraph = append(paragraph, line)
	}
	flush()
	return strings.Join(lines, "\n")
}

// fill puts as many words in a line as there is room for, at least one.
func fill(words []string, width int) []string {
	var lines []string
	for _, word := range words {
		last := len(lines) - 1
		if last < 0 || len(lines[last])+1+len(word) > width {
			lines = append(lines, word)
			continue
		}
		lines[last] += " " + word
	}
	return lines
}

// hanging returns a text after a head, whose further lines begin below its first.
func hanging(head, text string, width int) string {
	lines := []string{text}
	if width > 0 {
		lines = fill(strings.Fields(text), max(width-len(head), 1))
	}
	return head + strings.Join(lines, "\n"+strings.Repeat(" ", len(head))) + "\n"
}

// flagLine is a line of pflag's about a flag: what is typed, and what it does.
var flagLine = regexp.MustCompile(`^( +(?:-\w, )?--\S+(?: \S+)?) {2,}(.*)$`)

// flagLines breaks pflag's lines for a terminal of that width, with what a flag does below it; 0 leaves them as they
// are.
func flagLines(lines string, width int) string {
	if width <= 0 {
		return lines
	}
	const indent = "          "
	var b strings.Builder
	for line := range strings.Lines(lines) {
		parts := flagLine.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if parts == nil {
			b.WriteString(line)
			continue
		}
		b.WriteString(parts[1] + "\n")
		for _, text := range fill(strings.Fields(parts[2]), width-len(indent)) {
			b.WriteString(indent + text + "\n")
		}
	}
	return b.String()
}
