package iam

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// patterns are the values of an element like Action, or of its opposite like NotAction.
type patterns struct {
	list    []string
	negated bool
}

func (p *patterns) take(value json.RawMessage, negated bool, unknown ...*string) (err error) {
	if p.list != nil {
		return errors.New("stands beside its opposite")
	}
	p.negated = negated
	if p.list, err = listOf[string](value); err != nil {
		return err
	}
	if len(p.list) == 0 {
		return errors.New("is empty")
	}
	for _, text := range p.list {
		for _, u := range unknown {
			variable(u, text)
		}
	}
	return nil
}

// match tells whether a text fits one of the patterns, or none of the opposite's.
func (p patterns) match(text string, fits func(pattern, text string) bool) bool {
	return p.negated != slices.ContainsFunc(p.list, func(pattern string) bool { return fits(pattern, text) })
}

// action tells whether a pattern covers an action. Actions are not case-sensitive.
func action(pattern, name string) bool {
	return Wildcard(strings.ToLower(pattern), strings.ToLower(name))
}

// arnParts are the parts of an ARN; the last may have colons in it.
const arnParts = 6

// arn tells whether a pattern covers an ARN. A wildcard does not reach over the colon
// that ends one of the first five parts.
func arn(pattern, name string) bool {
	if pattern == "*" {
		return true
	}
	wanted, got := strings.SplitN(pattern, ":", arnParts), strings.SplitN(name, ":", arnParts)
	if len(wanted) != arnParts || len(got) != arnParts {
		return false
	}
	for i := range wanted {
		if !Wildcard(wanted[i], got[i]) {
			return false
		}
	}
	return true
}

// Wildcard tells whether text fits a pattern in which * stands for any characters and ?
// for one.
func Wildcard(pattern, text string) bool {
	star, mark := -1, 0 // where the last * is, and what it may still swallow
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
