package policy

import (
	"fmt"
	"regexp"
	"regexp/syntax"
)

// compilePattern returns a pattern for identities. It must be anchored: what it matches is a whole identity, not a part
// of one that somebody else chose, such as https://example.com/?https://github.com/org/app.
func compilePattern(pattern string) (*regexp.Regexp, error) {
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", MemberIdentityPattern, err)
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", MemberIdentityPattern, err)
	}
	switch {
	case !always(tree, syntax.OpBeginText, first):
		return nil, fmt.Errorf("%s %q would match identities that merely contain it: begin it with ^ "+
			`(and a dot is \. in it)`, MemberIdentityPattern, pattern)
	case !always(tree, syntax.OpEndText, last):
		return nil, fmt.Errorf("%s %q would match identities that go on after it: end it with $ "+
			`(and a dot is \. in it)`, MemberIdentityPattern, pattern)
	case compiled.MatchString("?") || compiled.MatchString("?@?"):
		return nil, fmt.Errorf("%s %q matches everybody with an account at the issuer: name a part of the identity "+
			"that others can't have", MemberIdentityPattern, pattern)
	}
	return compiled, nil
}

func first(of []*syntax.Regexp) *syntax.Regexp { return of[0] }
func last(of []*syntax.Regexp) *syntax.Regexp  { return of[len(of)-1] }

// always reports whether whatever an expression matches has an anchor at one end.
func always(e *syntax.Regexp, anchor syntax.Op, end func([]*syntax.Regexp) *syntax.Regexp) bool {
	switch e.Op {
	case anchor:
		return true
	case syntax.OpCapture, syntax.OpPlus:
		return always(e.Sub[0], anchor, end)
	case syntax.OpConcat:
		return always(end(e.Sub), anchor, end)
	case syntax.OpAlternate:
		for _, branch := range e.Sub {
			if !always(branch, anchor, end) {
				return false
			}
		}
		return true
	}
	return false
}
