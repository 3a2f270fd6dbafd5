package version

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// A Range is a set of versions. [ParseRange] makes it.
type Range struct {
	text        string
	constraints *semver.Constraints
	cores       map[string]bool // MAJOR.MINOR.PATCH of the pre-releases that it names
	numbers     bool            // it names a large number, so that such tags are versions to it
}

// operand is a version as a range names it.
var operand = regexp.MustCompile(`[vV]?([0-9]+)((?:\.[0-9xX*]+)*)(-[0-9A-Za-z.-]*[0-9A-Za-z])?`)

// longest is how many bytes a range may have. The library reads a few more.
const longest = 400

// ParseRange reads a range: comparisons with =, !=, <, >, <=, >=, ~, ^ and x or *, with blanks or commas between those
// that must all hold, and || between alternatives; "1.2 - 1.4" is a range, too. A version in it has up to three
// numbers. Its pre-release, if it has one, may be written in any way that a tag's may.
func ParseRange(text string) (Range, error) {
	if len(text) > longest {
		return Range{}, fmt.Errorf("range of %d bytes; it may have %d", len(text), longest)
	}
	r := Range{text: text, cores: map[string]bool{}}
	var wrong error
	clean := operand.ReplaceAllStringFunc(text, func(word string) string {
		out, err := r.operand(word)
		if err != nil && wrong == nil {
			wrong = err
		}
		return out
	})
	switch {
	case wrong != nil:
	case strings.TrimSpace(text) == "":
		wrong = errors.New("is empty; any version is *")
	default:
		if r.constraints, wrong = semver.NewConstraint(clean); wrong != nil {
			wrong = errors.New("is not a range of versions")
		}
	}
	if wrong != nil {
		return Range{}, fmt.Errorf("range %q %w; write for example \"^1.27\", \">=1.24 <2\" or \"*\"", text, wrong)
	}
	r.constraints.IncludePrerelease = true // those that are not wanted do not come here
	return r, nil
}

// operand returns a version of the range as the library reads it.
func (r *Range) operand(word string) (string, error) {
	m := operand.FindStringSubmatch(word)
	if strings.Count(m[2], ".") > 2 {
		return "", fmt.Errorf("has %s, of more than three numbers: ranges compare three", word)
	}
	core := trimZeros(m[1] + m[2])
	if len(m[1]) >= len("100000") {
		r.numbers = true
	}
	if m[3] == "" {
		return core, nil
	}
	v, err := Parse(m[1] + m[2] + m[3])
	if err != nil || v.Pre == "" || v.Variant != "" || v.Build != "" {
		return "", fmt.Errorf(
			"has %s, which is not a pre-release such as rc.1; a variant has a member of its own",
			m[3][1:],
		)
	}
	r.cores[v.core()] = true
	return core + "-" + ordered(v.Pre), nil
}

// trimZeros takes zeros off that stand before a number: 24.04 is 24.4.
func trimZeros(core string) string {
	parts := strings.Split(core, ".")
	for i, part := range parts {
		parts[i] = number(part)
	}
	return strings.Join(parts, ".")
}

// core returns the first three numbers.
func (v Version) core() string {
	all := v.padded()
	return fmt.Sprintf("%d.%d.%d", all[0], all[1], all[2])
}

// String returns the range as it was written.
func (r Range) String() string { return r.text }

// NamesPreReleases reports whether a version in the range is a pre-release.
func (r Range) NamesPreReleases() bool { return len(r.cores) > 0 }

// NamesNumbers reports whether a version in the range has a large first number, as [Version.IsNumber] says. Only to
// such a range these are versions.
func (r Range) NamesNumbers() bool { return r.numbers }

// Contains reports whether the version is in the range: its first three numbers, and its pre-release. A pre-release is
// in the range if its release is, too, or if the range names a pre-release of the same version: "<2" does not have
// 2.0.0-rc1. A date, build or commit ([Version.IsNumber]) is in no range that does not name one.
func (r Range) Contains(v Version) bool {
	if v.IsNumber() && !r.numbers || !r.constraints.Check(v.semver()) {
		return false
	}
	if v.Pre == "" || r.cores[v.core()] {
		return true
	}
	v.Pre = ""
	return r.constraints.Check(v.semver())
}
