package jobs

import (
	"strings"
	"unicode"
)

// longestTagValue is AWS's limit on the values of tags, in characters.
const longestTagValue = 256

// tagValue returns text as the value of a tag: what AWS does not take there becomes an
// underscore, and of a text that is too long the end is left.
func tagValue(text string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" +-=._:/@", r) {
			return r
		}
		return '_'
	}, text))
	return string(runes[max(0, len(runes)-longestTagValue):])
}
