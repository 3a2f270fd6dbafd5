// Package printable makes what others wrote fit for a terminal, a log, an event and a table. Whatever prints
// does so through it: a text by [Line] or [Short], the texts of one line by [Fit], a document by [JSON], and a
// log is a [TextLog] or a [JSONLog]. What others write is what registries answer, what images have in them, what
// AWS answers, and what is in the table.
package printable

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Longest is how many bytes of text a line has at most.
const Longest = 1000

// gap stands where the middle of a text was cut out.
const gap = " ... "

// Line returns text as one line of at most [Longest] bytes, by [Short]. The lines of joined errors are separated by
// semicolons.
func Line(text string) string { return Short(joined(text), Longest) }

func joined(text string) string { return strings.ReplaceAll(strings.TrimSpace(text), "\n", "; ") }

// Short returns text in at most most bytes, with a blank in the place of every white space, and a question
// mark in that of what could steer a terminal, hide text or is invalid: control characters, line and paragraph
// separators, those of no width or no look, those that turn the direction of writing, those of private use or of
// no use yet, and all but the first few of the marks that pile up on a letter. Of a longer text it keeps the
// beginning and the end, where the cause is told.
func Short(text string, most int) string {
	if len(text) > 2*utf8.UTFMax*most { // not all of it is to be looked at
		text = text[:utf8.UTFMax*most] + text[len(text)-utf8.UTFMax*most:]
	}
	var e eye
	text = strings.Map(func(r rune) rune {
		hidden := e.hides(r) // it has to see all of them
		switch {
		case unicode.IsSpace(r):
			return ' '
		case hidden || r == utf8.RuneError:
			return '?'
		}
		return r
	}, text)
	if len(text) <= most {
		return text
	}
	end := most / 4
	begin := most - end - len(gap)
	if begin <= 0 {
		return text[:start(text, most)]
	}
	end = len(text) - end
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end++
	}
	return text[:start(text, begin)] + gap + text[end:]
}

// start returns the last place up to i where a character starts.
func start(text string, i int) int {
	for i > 0 && !utf8.RuneStart(text[i]) {
		i--
	}
	return i
}

// Fit returns the texts of one line, each as [Line] does, so that they have [Longest] bytes together at most: the
// longest are cut.
func Fit(texts ...string) []string { return fit(Longest, texts) }

func fit(most int, texts []string) []string {
	shorts, sizes := make([]string, len(texts)), make([]int, len(texts))
	for i, text := range texts {
		shorts[i] = Short(joined(text), most)
		sizes[i] = len(shorts[i])
	}
	limit := share(most, sizes)
	for i, size := range sizes {
		if size > limit {
			shorts[i] = Short(joined(texts[i]), limit)
		}
	}
	return shorts
}
