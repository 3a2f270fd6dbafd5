package docs

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// longest is how many characters a line of a document may have, and how many lines the README. Longer may be what
// Markdown can't break: a row of a table, a block of code, and a line that is one word.
const longest = 120

func TestLines(t *testing.T) {
	for name, text := range documents(t) {
		for _, line := range long(text) {
			t.Errorf("%s: a line has more than %d characters: %.60s...", name, longest, line)
		}
	}
}

// TestREADMEIsShort keeps the README what a newcomer reads in one go.
func TestREADMEIsShort(t *testing.T) {
	if n := strings.Count(documents(t)["README.md"], "\n"); n > longest {
		t.Errorf("README.md has %d lines, %d at most: move some to docs/", n, longest)
	}
}

func TestLongLinesAreFound(t *testing.T) {
	word, words := strings.Repeat("x", longest+1), strings.Repeat("ö ", longest/2)+"y"
	for text, want := range map[string]int{
		words:                         1,
		words[:len(words)-2]:          0,
		"- " + word:                   0,
		"| " + words + " |":           0,
		"```\n" + words + "\n```\n":   0,
		"```\n```\n" + words + "\n":   1,
		words + "\n\n" + words + "\n": 2,
	} {
		if got := long(text); len(got) != want {
			t.Errorf("%.20q...: %d long lines, want %d", text, len(got), want)
		}
	}
}

// long returns the lines of a document that are too long and could be broken.
func long(text string) []string {
	var lines []string
	for line := range strings.Lines(prose(text)) {
		line = strings.TrimRight(line, "\n ")
		row := strings.HasPrefix(strings.TrimSpace(line), "|")
		words := strings.ContainsRune(strings.TrimLeft(line, "-*0123456789. "), ' ')
		if words && !row && utf8.RuneCountInString(line) > longest {
			lines = append(lines, line)
		}
	}
	return lines
}
