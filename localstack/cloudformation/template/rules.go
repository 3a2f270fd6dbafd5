package template

import (
	"maps"
	"slices"
)

// CheckRules returns an error for the first assertion of the template's rules that does not hold.
func (s *Scope) CheckRules() error {
	for _, name := range slices.Sorted(maps.Keys(s.Template.Rules)) {
		rule := s.Template.Rules[name]
		if rule.RuleCondition != nil {
			applies, err := s.truth(rule.RuleCondition)
			if err != nil {
				return err
			}
			if !applies {
				continue
			}
		}
		for _, a := range rule.Assertions {
			holds, err := s.truth(a.Assert)
			if err != nil {
				return err
			}
			if !holds { // the form of this message is not documented
				return errorf("Template validation error: Rule %s: %s", name, a.AssertDescription)
			}
		}
	}
	return nil
}
