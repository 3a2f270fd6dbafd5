package printable

import (
	"strconv"
	"unicode"
)

// maxMarks is how many marks a letter may have on it. Vietnamese and Hebrew have up to three; dozens cover the
// lines above and below.
const maxMarks = 4

// blank looks like a space, and is a symbol by its class: a Braille pattern without dots.
const blank = '\u2800'

// An eye sees the characters of a text in turn.
type eye struct{ marks int } // marks in a row

// hides reports whether the next character could steer a terminal or hide text. By Unicode's classes these are
// all but letters, marks, numbers, punctuation, symbols and the blank (so controls, formats such as those of
// bidirectional text and of no width, tags, separators, private use, surrogates, unassigned); of those, the ones
// that nothing is drawn for (Default_Ignorable_Code_Point, variation selectors); and marks that pile up.
func (e *eye) hides(r rune) bool {
	if !unicode.Is(unicode.M, r) {
		e.marks = 0
	} else if e.marks++; e.marks > maxMarks {
		return true
	}
	return !strconv.IsPrint(r) || r == blank || r == '\ufffc' ||
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
