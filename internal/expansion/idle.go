package expansion

import (
	"fmt"
	"slices"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/selection"
)

// idle says which rules choose nothing in any of the repositories. Nothing is said where no repository has a sound
// choice: its error says more. Nor of rules that only pin tags: one that is missing is a failure.
func idle(rules []entry.Rule, repositories []Repository) (sentences []string) {
	sound := slices.DeleteFunc(slices.Clone(repositories), func(r Repository) bool { return r.Err != nil })
	if len(sound) == 0 {
		return nil
	}
	everywhere := func(is func(Repository) bool) bool {
		return !slices.ContainsFunc(sound, func(r Repository) bool { return !is(r) })
	}
	for i, rule := range rules {
		if rule.MinimumAge > 0 && everywhere(func(r Repository) bool { return isAgeless(r.Choice, i) }) {
			sentences = append(sentences, fmt.Sprintf(
				"rule %d holds all tags: the registry does not say when they were pushed", i+1))
		}
		if !rule.IsLiteral() && everywhere(func(r Repository) bool { return slices.Contains(r.Choice.Idle, i) }) {
			sentences = append(sentences, fmt.Sprintf("rule %d chooses no tag", i+1))
		}
	}
	return sentences
}

// isAgeless reports whether a rule chooses nothing, and holds tags because their age is not known.
func isAgeless(c selection.Choice, rule int) bool {
	holds := false
	for _, v := range c.Verdicts {
		if slices.Contains(v.Rules, rule) {
			return false
		}
		holds = holds || !v.IsChosen() && v.Reason.Step == selection.UnknownAge && v.Reason.Rule == rule
	}
	return holds
}
