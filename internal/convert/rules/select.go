package rules

import (
	"slices"

	"ecrmirror/internal/selection"
)

// All returns the rule that chooses every tag.
func All() selection.Rule { return selection.Rule{Include: []string{"*"}, Newest: selection.All} }

// Including returns rules that choose all tags that one of the patterns matches: one, or several where there are more
// patterns than a rule may have.
func Including(patterns ...string) (rules []selection.Rule) {
	for some := range slices.Chunk(unique(patterns), selection.MaxPatterns) {
		rules = append(rules, selection.Rule{Include: some, Newest: selection.All})
	}
	return rules
}

// Pinned returns rules that choose tags by their names: one, or several where there are more tags than a rule may have.
func Pinned(tags ...string) (rules []selection.Rule) {
	for some := range slices.Chunk(unique(tags), selection.MaxPatterns) {
		rules = append(rules, selection.Rule{Pin: some})
	}
	return rules
}

// mostParts is how many numbers the versions have that ranges are read for.
const mostParts = selection.DefaultParts

// plain is the form of versions without a suffix.
const plain = `/v?[0-9]+(\.[0-9]+)*/`

// Releases returns rules that choose the versions of one to three numbers in a range, without a suffix.
func Releases(within string) []selection.Rule {
	return versions(selection.Rule{Version: within, Include: []string{plain}, Newest: selection.All})
}

// Suffixed returns rules that choose the versions of one to three numbers in a range, with any suffix, that one of the
// patterns matches and none of the others; no patterns = any.
func Suffixed(within string, include, exclude []string) []selection.Rule {
	return versions(selection.Rule{
		Version: within, Include: unique(include), Exclude: unique(exclude), Pre: true, Variant: []string{"*"},
		Newest: selection.All,
	})
}

// OfSuffixed says how what [Suffixed] chooses differs from what a peer does.
func OfSuffixed(peer string) string {
	return "chosen are versions of one to three numbers, and those with a suffix by their numbers alone: " +
		"1.2.0-alpine is in >=1.2.0, which it is not to " + peer + ", and 2.0.0-rc1 not in <2.0.0"
}

// versions returns a rule for each count of numbers: a rule has one, which is three where it does not say so.
func versions(rule selection.Rule) []selection.Rule {
	rules := []selection.Rule{rule}
	for parts := mostParts - 1; parts > 0; parts-- {
		rule.Parts = parts
		rules = append(rules, rule)
	}
	return rules
}

// Excluding adds patterns of tags that rules are not to choose.
func Excluding(all []selection.Rule, patterns []string) []selection.Rule {
	for i := range all {
		all[i].Exclude = unique(append(all[i].Exclude[:len(all[i].Exclude):len(all[i].Exclude)], patterns...))
	}
	return all
}

// unique returns texts, each once; nil for none.
func unique(texts []string) []string {
	var all []string
	seen := map[string]bool{}
	for _, text := range texts {
		if !seen[text] {
			all = append(all, text)
		}
		seen[text] = true
	}
	return all
}

// CheckTag returns why a text can't be pinned: it is no tag, or one of those that belong to an image.
func CheckTag(text string) error {
	for _, fault := range (selection.Rule{Pin: []string{text}}).Faults() {
		return fault.Err
	}
	return nil
}
