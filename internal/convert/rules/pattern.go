// Package rules turns what peers choose tags and repositories by into rules of a selection that choose the same.
package rules

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

var (
	errEmpty = errors.New("can match no name")

	tagLiteral        = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
	repositoryLiteral = regexp.MustCompile(`^[a-z0-9_.-][a-z0-9_./-]*$`)
)

// Bound returns the regular expression that regsync makes of one, and dregsy of one without these signs: it binds the
// first alternative to the beginning and the last to the end.
func Bound(expression string) string { return "^" + expression + "$" }

// Tag returns the pattern for tags that matches what a search for a regular expression finds: the expression may match
// anywhere in the tag. Patterns match as a whole.
func Tag(search string) (string, error) {
	p, err := split(search)
	if err != nil {
		return "", err
	}
	switch literal, ok := p.literal(); {
	case ok && literal == "" && p.open():
		return "*", nil
	case ok && tagLiteral.MatchString(literal):
		return p.glob(literal), nil
	}
	return p.expression(), nil
}

// Repository does the same for names of repositories.
func Repository(search string) (string, error) {
	p, err := split(search)
	if err != nil {
		return "", err
	}
	if literal, ok := p.literal(); ok && p.closed() && repositoryLiteral.MatchString(literal) {
		return literal, nil
	}
	return p.expression(), nil
}

// parts are a regular expression, without what binds it to the beginning and to the end.
type parts struct {
	begin, end bool // it is bound there
	inner      string
}

func (p parts) open() bool   { return !p.begin && !p.end }
func (p parts) closed() bool { return p.begin && p.end }

// split takes a ^ and a $ off an expression where these bind all of it.
func split(search string) (parts, error) {
	search, err := printed(search)
	if err != nil {
		return parts{}, err
	}
	var p parts
	p.inner, p.begin = strings.CutPrefix(search, "^")
	p.inner, p.end = strings.CutSuffix(p.inner, "$")
	if p.inner == "" && p.closed() {
		return parts{}, errEmpty
	}
	whole := "(?:" + p.inner + ")"
	if p.begin {
		whole = "^" + whole
	}
	if p.end {
		whole += "$"
	}
	if !same(search, whole) { // a|b$, a\$, (?m)a$
		return parts{inner: search}, nil
	}
	return p, nil
}

// printed returns an expression in signs that any terminal and file can show. Others are escaped.
func printed(search string) (string, error) {
	if _, err := syntax.Parse(search, syntax.Perl); err != nil {
		return "", fmt.Errorf("is no regular expression of RE2: %s",
			strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	var b strings.Builder
	for _, r := range search {
		if r < ' ' || r > '~' {
			fmt.Fprintf(&b, `\x{%x}`, r)
			continue
		}
		b.WriteRune(r)
	}
	if !same(search, b.String()) {
		return "", errors.New("has signs that no tag has, where they can't be escaped")
	}
	return b.String(), nil
}

// same reports whether two expressions mean the same, as far as their syntax tells.
func same(a, b string) bool {
	one, errOne := syntax.Parse(a, syntax.Perl)
	two, errTwo := syntax.Parse(b, syntax.Perl)
	return errOne == nil && errTwo == nil && one.Equal(two)
}

// literal returns the text that the expression is, if it is one. Everything is the empty one.
func (p parts) literal() (string, bool) {
	re, err := syntax.Parse(p.inner, syntax.Perl)
	switch {
	case err != nil:
		return "", false
	case re.Op == syntax.OpLiteral && re.Flags&syntax.FoldCase == 0:
		return string(re.Rune), true
	case p.open() && re.Op == syntax.OpEmptyMatch:
		return "", true
	}
	return "", false
}

// glob returns a glob for a literal.
func (p parts) glob(literal string) string {
	if !p.begin {
		literal = "*" + literal
	}
	if !p.end {
		literal += "*"
	}
	return literal
}

// expression returns a regular expression that matches as a whole what this one finds.
func (p parts) expression() string {
	head, tail := ".*", ".*"
	if p.begin {
		head = ""
	}
	if p.end {
		tail = ""
	}
	text, grouped := head+p.inner+tail, head+"(?:"+p.inner+")"+tail
	if !same(text, grouped) {
		text = grouped
	}
	return "/" + text + "/"
}

// Anchored reports whether a pattern is one whose matches begin as it begins.
func Anchored(pattern string) bool {
	return !strings.HasPrefix(pattern, "/.*") && !strings.HasPrefix(pattern, "*")
}
