// Package spelling finds the name that a person meant who wrote another one.
package spelling

import (
	"fmt"
	"strings"
)

// far is the distance from which on a name is not taken for a misspelling of another.
const far = 3

// Nearest returns the one of the names that is nearest to what was written, whatever the case of its letters; "" if
// none is near. Of several that are equally near it is the first. An abbreviation is near, too: minAge for minimumAge.
func Nearest(written string, names ...string) string {
	best, distance := "", far
	for _, name := range names {
		d := edits(strings.ToLower(written), strings.ToLower(name))
		if d >= far && abbreviates(strings.ToLower(written), strings.ToLower(name)) {
			d = far - 1
		}
		if d < distance {
			best, distance = name, d
		}
	}
	return best
}

// abbreviates reports whether letters of the name, in their order and from the first one on, are what was written.
func abbreviates(written, name string) bool {
	const least = 3 // letters: shorter ones abbreviate nearly everything
	if len(written) < least || name == "" || written[0] != name[0] {
		return false
	}
	for i := range len(name) {
		if written != "" && name[i] == written[0] {
			written = written[1:]
		}
	}
	return written == ""
}

// Meant says for an error which of the names is the nearest to what was written, or else which there are.
func Meant(written string, names ...string) string {
	if name := Nearest(written, names...); name != "" {
		return fmt.Sprintf(" (did you mean %q?)", name)
	}
	return fmt.Sprintf(" (there are %s)", strings.Join(names, ", "))
}

// Slip returns the one of the names that what was written differs from by the case of its letters, by a plural, by one
// edit or by two letters that changed places; "" if there is none, and if it is one of the names itself.
func Slip(written string, names ...string) string {
	found := ""
	for _, name := range names {
		switch {
		case written == name:
			return ""
		case found == "" && isSlip(strings.ToLower(written), strings.ToLower(name)):
			found = name
		}
	}
	return found
}

// isSlip compares names in lower case. A plural in -es is two edits, other plurals are one.
func isSlip(written, name string) bool {
	return edits(written, name) <= 1 || written == name+"es" || name == written+"es" || isSwapped(written, name)
}

// isSwapped reports whether names differ by two neighbors that changed places.
func isSwapped(a, b string) bool {
	for i := range min(len(a), len(b)) - 1 {
		if a[i] != b[i] {
			return a[:i]+a[i+1:i+2]+a[i:i+1]+a[i+2:] == b
		}
	}
	return false
}

// edits returns how many bytes are to be put in, taken out or replaced to make a of b (the Levenshtein distance). Of
// names that differ in length by [far] or more it returns that difference, which is less.
func edits(a, b string) int {
	if d := max(len(a)-len(b), len(b)-len(a)); d >= far {
		return d
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
