// Package printable makes what others wrote fit for a terminal and a log. All that strangers write - in a
// registry's answers, in manifests, in the table - passes through it before it is printed.
package printable

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest is how many characters of a line are kept.
const longest = 2000

// Line returns text as one line of at most some 2,000 characters. The lines of joined errors are
// separated by semicolons.
func Line(text string) string {
	return Short(strings.ReplaceAll(strings.TrimSpace(text), "\n", "; "), longest)
}

// Short returns text with a question mark in the place of what could steer a terminal, and a blank in that of
// every white space. Of
// more than most characters it keeps the beginning and the end, where the cause is told.
func Short(text string, most int) string {
	if len(text) > 4*utf8.UTFMax*most { // not all of it is to be looked at
		text = text[:utf8.UTFMax*most] + text[len(text)-utf8.UTFMax*most:]
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !strconv.IsPrint(r) || r == utf8.RuneError:
			return '?'
		}
		return r
	}, text)
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	end := most / 4
	return string(runes[:most-end]) + " ... " + string(runes[len(runes)-end:])
}
