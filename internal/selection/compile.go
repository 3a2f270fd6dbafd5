package selection

import (
	"fmt"
	"slices"

	"ecrmirror/internal/selection/pattern"
	"ecrmirror/internal/selection/version"
)

// compiled is a rule that can be applied.
type compiled struct {
	Rule
	include, exclude []pattern.Pattern
	plain            bool // whether a version may have no variant
	variant          []pattern.Pattern
	within           *version.Range // nil without Version
}

// Faults returns all that is wrong with the rule, and nil if it is sound.
func (r Rule) Faults() []Fault {
	_, faults := compile(r)
	return faults
}

// compile returns a rule as it can be applied, and all that is wrong with it.
func compile(r Rule) (c compiled, faults []Fault) {
	add := func(member string, err error) { faults = append(faults, Fault{member, err}) }
	r.checkForm(func(member, format string, args ...any) { add(member, fmt.Errorf(format, args...)) })
	c = compiled{
		Rule:    r,
		include: patterns(Include, r.Include, add),
		exclude: patterns(Exclude, r.Exclude, add),
	}
	variants := slices.Clone(r.Variant)
	if i := slices.Index(variants, ""); i >= 0 {
		variants = slices.Delete(variants, i, i+1)
		c.plain = true
	}
	c.variant = patterns(Variant, variants, add)
	if len(r.Variant) == 0 {
		c.plain = true
	}
	if r.Version != "" {
		within, err := version.ParseRange(r.Version)
		switch {
		case err != nil:
			add(Version, err)
		case within.NamesPreReleases() && !r.Pre:
			add(Version, fmt.Errorf("range %q names a pre-release: give %s: true, too", r.Version, Pre))
		}
		c.within = &within
	}
	unique(Pin, r.Pin, add)
	for _, tag := range r.Pin {
		if err := checkPin(tag, c.exclude); err != nil {
			add(Pin, err)
		}
	}
	return c, faults
}

// patterns parses the patterns of a member.
func patterns(member string, texts []string, add func(string, error)) []pattern.Pattern {
	unique(member, texts, add)
	var list []pattern.Pattern
	for _, text := range texts {
		p, err := pattern.Tag(text)
		if err != nil {
			add(member, err)
			continue
		}
		list = append(list, p)
	}
	return list
}

// unique notes what a list has twice, and one that is too long.
func unique(member string, texts []string, add func(string, error)) {
	if len(texts) > MaxPatterns {
		add(member, fmt.Errorf("has %d elements, %d at most", len(texts), MaxPatterns))
	}
	seen := map[string]bool{}
	for _, text := range texts {
		if seen[text] {
			add(member, fmt.Errorf("%q is there twice", text))
		}
		seen[text] = true
	}
}

// matching returns the first of the patterns that matches.
func matching(list []pattern.Pattern, text string) (pattern.Pattern, bool) {
	for _, p := range list {
		if p.Match(text) {
			return p, true
		}
	}
	return pattern.Pattern{}, false
}
