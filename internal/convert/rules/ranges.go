package rules

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// A Dialect is how a peer writes ranges of versions.
type Dialect struct {
	operators  map[string]string // ours, by the peer's
	alternated bool              // || stands between alternatives
	wildcards  bool              // 1.2.x is a version of a range
}

// Regsync returns the dialect of regsync: comparisons with blanks between those that must all hold.
func Regsync() Dialect {
	return Dialect{operators: map[string]string{
		"": "=", "=": "=", ">": ">", ">=": ">=", "<": "<", "<=": "<=", "~": "~", "^": "^",
	}}
}

// Blang returns the dialect of github.com/blang/semver.
func Blang() Dialect {
	return Dialect{operators: map[string]string{
		"": "=", "=": "=", "==": "=", ">": ">", ">=": ">=", "<": "<", "<=": "<=", "!": "!=", "!=": "!=",
	}, alternated: true, wildcards: true}
}

var (
	// comparison is an operator, a version of up to three numbers, and what is too much of it.
	comparison = regexp.MustCompile(`^([<>=!~^]*) *[vV]?([0-9]+(?:\.(?:[0-9]+|[xX*])){0,2})([^ ]*)(?: +|$)`)
	wildcard   = regexp.MustCompile(`[xX*]`)
)

// Range returns a peer's range as a rule has it. A version of a range with fewer than three numbers is that with zeros
// at its end, which ours says by writing them.
func (d Dialect) Range(text string) (string, error) {
	alternatives := []string{text}
	if d.alternated {
		alternatives = strings.Split(text, "||")
	}
	for i, alternative := range alternatives {
		terms, err := d.terms(strings.TrimSpace(alternative))
		if err != nil {
			return "", fmt.Errorf("range %q %w", text, err)
		}
		alternatives[i] = strings.Join(terms, " ")
	}
	return Open(strings.Join(alternatives, " || "))
}

// terms returns the comparisons that must all hold.
func (d Dialect) terms(text string) (terms []string, err error) {
	if text == "" {
		return nil, errors.New("is empty")
	}
	for text != "" {
		m := comparison.FindStringSubmatch(text)
		if m == nil {
			return nil, errors.New("is not one of comparisons of versions")
		}
		operator, known := d.operators[m[1]]
		isWild := wildcard.MatchString(m[2])
		switch {
		case !known:
			return nil, fmt.Errorf("has the operator %q, which the peer does not know", m[1])
		case m[3] != "":
			return nil, fmt.Errorf("has a version that goes on with %q; a rule compares three numbers, and no "+
				"pre-releases that are ordered as the peer orders them", m[3])
		case isWild && (!d.wildcards || operator != "="):
			return nil, errors.New("has a wildcard beside an operator")
		case isWild:
			terms = append(terms, m[2])
		default:
			terms = append(terms, operator+m[2]+strings.Repeat(".0", 2-strings.Count(m[2], ".")))
		}
		text = text[len(m[0]):]
	}
	return slices.Clip(terms), nil
}

// Open returns a range that has large numbers, too, if it has no upper end. To a rule a tag such as 20241126 is a
// version where the range names such a number, and to a peer always.
func Open(text string) (string, error) {
	constraint, err := semver.NewConstraint(text)
	if err != nil {
		return "", fmt.Errorf("range %q is not one of versions", text)
	}
	const beyond = 1_000_000
	if constraint.Check(semver.New(beyond, 0, 0, "", "")) && !large.MatchString(text) {
		text += " || >=100000.0.0"
	}
	return text, nil
}

// large finds a first number of six digits or more.
var large = regexp.MustCompile(`(?:^|[^0-9.])[0-9]{6,}`)
