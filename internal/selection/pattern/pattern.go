// Package pattern matches tags, repositories and sources by globs and regular expressions, as people write them. What
// could never match is an error: a pattern that chooses nothing is found out too late, and one that excludes nothing,
// never.
package pattern

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Longest is how many bytes a pattern may have.
const Longest = 256

// maxAlternatives is how many {a,b} a pattern for repositories may have. The library tries them one by one, those of
// each with those of all others: 40 times {a,aa} would take years.
const maxAlternatives = 4

// A Pattern is a glob or, between slashes, a regular expression (RE2), which must match as a whole.
type Pattern struct {
	text  string
	match func(string) bool
}

// String returns the pattern as it was written.
func (p Pattern) String() string { return p.text }

// Match reports whether the pattern matches a text as a whole.
func (p Pattern) Match(text string) bool { return p.match(text) }

// Tag parses a pattern for tags: * is any characters, ? is one, [a-c] and [^a-c] are one of a class, \ quotes the next.
// A tag itself is the pattern for it.
func Tag(text string) (Pattern, error) {
	return parse(text, glob{alphabet: isTagByte, check: checkTagGlob, match: func(glob, text string) bool {
		ok, err := path.Match(glob, text)
		return ok && err == nil
	}})
}

// Repository parses a pattern for the names of repositories, without their host: * and ? do not match a slash, an
// element ** is any number of elements, also none, and {a,b} is either. So **/tmp-* is every repository whose last
// element begins with tmp-.
func Repository(text string) (Pattern, error) {
	return parse(text, glob{alphabet: isRepositoryByte, check: checkRepositoryGlob, match: doublestar.MatchUnvalidated})
}

// Source parses a pattern for the sources of entries, as they are written or in full: HOST/REPOSITORY:TAG@DIGEST. It is
// one for repositories that may have a host, a tag and a digest.
func Source(text string) (Pattern, error) {
	return parse(text, glob{alphabet: isSourceByte, check: checkRepositoryGlob, match: doublestar.MatchUnvalidated})
}

// A glob is a kind of glob.
type glob struct {
	alphabet func(c byte) bool // the bytes of names, and others that the kind has a meaning for outside of classes
	check    func(text string) error
	match    func(glob, text string) bool
}

func parse(text string, kind glob) (Pattern, error) {
	p, err := compile(text, kind)
	if err != nil {
		return Pattern{}, fmt.Errorf("pattern %q %w", text, err)
	}
	return p, nil
}

func compile(text string, kind glob) (Pattern, error) {
	switch {
	case text == "":
		return Pattern{}, errors.New("is empty")
	case len(text) > Longest:
		return Pattern{}, fmt.Errorf("has %d bytes, %d at most", len(text), Longest)
	case text[0] == '/':
		return expression(text)
	}
	if err := literals(text, kind.alphabet); err != nil {
		return Pattern{}, err
	}
	if err := kind.check(text); err != nil {
		return Pattern{}, err
	}
	return Pattern{text, func(s string) bool { return kind.match(text, s) }}, nil
}

// literals returns an error if a glob has a byte outside of classes that no name has. So it can't match.
func literals(text string, alphabet func(byte) bool) error {
	inClass := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++ // what follows is meant as it is
		case inClass:
			inClass = c != ']'
		case c == '[':
			inClass = true
			if strings.HasPrefix(text[i:], "[!") {
				return errors.New("has [!, which is a class with ! in it: what is not in a class is [^")
			}
		case !alphabet(c) && c != '*' && c != '?':
			return fmt.Errorf("can't match: no name has %q%s", c, hint(c))
		}
	}
	return nil
}

// hint says what a byte was meant for.
func hint(c byte) string {
	switch c {
	case '<', '>', '=', '~', '^':
		return "; ranges of versions have a member of their own, version"
	case ',', ' ', '|', '{', '}':
		return "; write several patterns as a list, or a regular expression between slashes"
	case ':', '@':
		return "; a pattern for tags has no repository in it, one for repositories no host and no tag"
	case '+':
		return "; a + in a version is written _ in tags"
	}
	return ""
}

func isTagByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '-'
}

func isRepositoryByte(c byte) bool {
	isUpper := 'A' <= c && c <= 'Z'
	return isTagByte(c) && !isUpper || c == '/' || c == '{' || c == '}' || c == ','
}

func isSourceByte(c byte) bool { return isTagByte(c) || isRepositoryByte(c) || c == ':' || c == '@' }

func checkTagGlob(text string) error {
	if _, err := path.Match(text, ""); err != nil {
		return errors.New("is no glob: a [ has no ], or a \\ nothing after it")
	}
	return nil
}

func checkRepositoryGlob(text string) error {
	if !doublestar.ValidatePattern(text) {
		return errors.New("is no glob: a [ or { is not closed, or a \\ has nothing after it")
	}
	if n := strings.Count(text, "{"); n > maxAlternatives {
		return fmt.Errorf("has %d times {, %d at most: write several patterns, or a regular expression", n, maxAlternatives)
	}
	for element := range strings.SplitSeq(text, "/") {
		if element == "" {
			return errors.New("can't match: names of repositories have no empty elements")
		}
		if strings.Contains(element, "**") && element != "**" {
			return errors.New("has ** beside other characters: it must be an element of its own, as in **/tmp-*")
		}
	}
	return nil
}
