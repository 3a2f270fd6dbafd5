package regsync

import (
	"strings"

	"ecrmirror/internal/convert/draft"
	"ecrmirror/internal/convert/member"
	"ecrmirror/internal/convert/rules"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/selection"
)

// tags returns the rules of a step: tags and each of tagSets choose by themselves, and all tags are chosen where there
// is neither.
func (s *sync) tags(m *member.Map) (all []entry.Rule) {
	sets, ok := m.Get("tagSets").List()
	s.ok = s.ok && ok
	if v := m.Get("tags"); !v.IsZero() {
		sets = append([]member.Value{v}, sets...)
	}
	for _, v := range sets {
		all = append(all, s.set(v)...)
	}
	if len(all) == 0 {
		all = []entry.Rule{{Rule: rules.All()}}
	}
	return all
}

// set returns the rules of a set: a tag must be in a range, be allowed, and not be denied.
func (s *sync) set(v member.Value) (all []entry.Rule) {
	m, ok := v.Map()
	s.ok = s.ok && ok
	allow := s.patterns(m.Get("allow"), rules.Tag)
	deny := s.patterns(m.Get("deny"), rules.Tag)
	within := s.within(m.Get("semverRange"))
	m.Note(nil)
	var chosen []selection.Rule
	switch {
	case within != "":
		chosen = rules.Suffixed(within, allow, deny)
	case len(allow) > 0:
		chosen = rules.Excluding(rules.Including(allow...), deny)
	default:
		chosen = rules.Excluding([]selection.Rule{rules.All()}, deny)
	}
	for _, rule := range chosen {
		all = append(all, entry.Rule{Rule: rule})
	}
	return all
}

// patterns returns the patterns of a list of expressions, which regsync binds to both ends of a name.
func (s *sync) patterns(v member.Value, pattern func(string) (string, error)) (all []string) {
	elements, ok := v.List()
	s.ok = s.ok && ok
	for _, element := range elements {
		text := s.text(element)
		p, err := pattern(rules.Bound(text))
		if err != nil {
			element.Remark(draft.LeftOut, "and the step with it: the expression %v", err)
			s.ok = false
			continue
		}
		all = append(all, p)
	}
	return all
}

// within returns the union of ranges; "" of none.
func (s *sync) within(v member.Value) string {
	elements, ok := v.List()
	s.ok = s.ok && ok
	var ranges []string
	for _, element := range elements {
		within, err := rules.Regsync().Range(s.text(element))
		if err != nil {
			element.Remark(draft.LeftOut, "and the step with it: %v", err)
			s.ok = false
			continue
		}
		ranges = append(ranges, within)
	}
	if len(ranges) > 0 && s.ok {
		v.Note(draft.Differs, "%s", rules.OfSuffixed(Name))
	}
	return strings.Join(ranges, " || ")
}

// repos returns what chooses repositories of a registry.
func (s *sync) repos(v member.Value) selection.Repositories {
	m, ok := v.Map()
	s.ok = s.ok && ok
	chosen := selection.Repositories{
		Include: s.patterns(m.Get("allow"), rules.Repository), Exclude: s.patterns(m.Get("deny"), rules.Repository),
	}
	m.Note(nil)
	return chosen
}
