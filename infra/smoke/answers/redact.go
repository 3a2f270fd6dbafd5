// Package answers keeps what AWS really answered, without what says whose account it was, so that
// stand-ins can be held to it.
package answers

import (
	"fmt"
	"regexp"
)

// A rule replaces what a pattern finds. With each, what differs stays different: the first match
// becomes number 1 of its kind, the next another.
type rule struct {
	pattern *regexp.Regexp
	form    string // with a %d for the number; without, all matches become the same
}

// rules are applied in this order. What they leave is AWS's own words.
var rules = []rule{
	{regexp.MustCompile(`\b[0-9]{12}\b`), "111122223333"}, // an account; first, as others become digits
	{
		regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`),
		"00000000-0000-0000-0000-%012d",
	},
	{
		regexp.MustCompile(`\b(eni|i|subnet|sg|vpc|vpce|nat|igw|rtb|ami|lt|eipalloc|eipassoc|acl)-[0-9a-f]{8,17}\b`),
		"${1}-%017d",
	},
	{regexp.MustCompile(`\bsha256:[0-9a-f]{64}\b`), "sha256:%064d"},
	{regexp.MustCompile(`\b[0-9a-f]{32}\b`), "%032d"},
	{regexp.MustCompile(`\becrmirror-smoke-[a-z0-9]+`), "ecrmirror-smoke-x"},
	// What CloudFormation adds to the names that it makes.
	{regexp.MustCompile(`(ecrmirror-smoke-x-[A-Za-z0-9]+)-[A-Za-z0-9]{10,16}\b`), "${1}-XXXXXXXXXXXX"},
	{regexp.MustCompile(`\b(AIDA|AROA|AKIA|ASIA|AIPA|ANPA)[A-Z0-9]{12,}\b`), "${1}EXAMPLE"},
	{regexp.MustCompile(`:user/[^\s"\\]+`), ":user/name"},
	{regexp.MustCompile(`:assumed-role/[^\s"\\/]+/[^\s"\\]+`), ":assumed-role/name/session"},
	{regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[a-z]{2,}`), "name@example.com"},
	{regexp.MustCompile(`\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b`), "192.0.2.1"},
	{regexp.MustCompile(`\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z?`), "2026-01-01T00:00:00Z"},
}

// A redactor numbers what it replaces, over all that it is given.
type redactor map[string]string

// redact returns the text without identifiers.
func (r redactor) redact(text string) string {
	for i, rule := range rules {
		text = rule.pattern.ReplaceAllStringFunc(text, func(found string) string { return r.replace(i, rule, found) })
	}
	return text
}

// replace returns what stands for a match, the same each time.
func (r redactor) replace(i int, rule rule, found string) string {
	key := fmt.Sprintf("%d %s", i, found)
	if known, ok := r[key]; ok {
		return known
	}
	count := 1
	prefix := fmt.Sprintf("%d ", i)
	for other := range r {
		if len(other) > len(prefix) && other[:len(prefix)] == prefix {
			count++
		}
	}
	form := rule.form
	if verb := regexp.MustCompile(`%0\d+d`).FindString(form); verb != "" {
		form = regexp.MustCompile(`%0\d+d`).ReplaceAllString(form, fmt.Sprintf(verb, count))
	}
	replaced := rule.pattern.ReplaceAllString(found, form)
	r[key] = replaced
	return replaced
}
