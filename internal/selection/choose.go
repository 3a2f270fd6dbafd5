package selection

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// A Choice is what rules say of all tags of a repository.
type Choice struct {
	Verdicts []Verdict // of each tag that was listed, once, sorted by tag
	Missing  []string  // pinned tags that were not listed, sorted
	Idle     []int     // rules that chose nothing and hold nothing, from 0
}

// Chosen returns the tags that are chosen, sorted.
func (c Choice) Chosen() []string {
	var tags []string
	for _, v := range c.Verdicts {
		if v.IsChosen() {
			tags = append(tags, v.Tag)
		}
	}
	return tags
}

// Choose returns what rules, which must be sound ([Rule.Faults]), say of the tags of a repository: a tag is chosen if
// one of the rules chooses it. The order of the tags does not matter, and neither does a repetition. most is how many
// tags may be chosen; 0 = [DefaultTags].
//
// Its error is a *[NoTimesError], with no choice; a *[NothingError] or a *[TooManyError], with the choice, which is to
// be looked at, and not to be carried out. Tags that are held are not nothing.
func Choose(rules []Rule, tags []Tag, now time.Time, most int) (Choice, error) {
	tags = distinct(tags)
	choice := Choice{Verdicts: make([]Verdict, len(tags)), Missing: missing(rules, tags)}
	for i, tag := range tags {
		choice.Verdicts[i].Tag = tag.Name
	}
	for n, rule := range rules {
		r, faults := compile(rule)
		if len(faults) > 0 {
			return Choice{}, fmt.Errorf("rule %d: %w", n+1, faults[0])
		}
		candidates, err := r.apply(n, tags, now)
		if err != nil {
			return Choice{}, err
		}
		idle := true
		for i, c := range candidates {
			idle = choice.Verdicts[i].take(n, c) && idle
		}
		if idle {
			choice.Idle = append(choice.Idle, n)
		}
	}
	for i := range choice.Verdicts {
		v := &choice.Verdicts[i]
		if v.IsChosen() && !slices.ContainsFunc(v.Rules, func(n int) bool { return rules[n].MinimumAge == 0 }) {
			v.Digest = tags[i].Digest
		}
	}
	return choice, choice.check(tagNames, cmp.Or(most, DefaultTags))
}

// take notes what a rule says of the tag, and reports whether that is nothing.
func (v *Verdict) take(rule int, c candidate) (nothing bool) {
	reason := Reason{Step: c.step, Rule: rule, Detail: c.detail}
	if c.step == Chosen {
		v.Rules = append(v.Rules, rule)
	}
	if c.step > v.Reason.Step {
		v.Reason = reason
	}
	return c.step != Chosen && c.step != TooYoung && c.step != UnknownAge
}

// distinct returns the tags sorted, each once. Of one that is listed twice, the one that was pushed first counts.
func distinct(tags []Tag) []Tag {
	sorted := slices.SortedFunc(slices.Values(tags), func(a, b Tag) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), compareTimes(a.Pushed, b.Pushed), compareTimes(a.Seen, b.Seen))
	})
	return slices.CompactFunc(sorted, func(a, b Tag) bool { return a.Name == b.Name })
}

// compareTimes puts times that are not known behind all others.
func compareTimes(a, b time.Time) int {
	switch {
	case a.IsZero() && b.IsZero():
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}

// missing returns the pinned tags that are not listed.
func missing(rules []Rule, listed []Tag) []string {
	var names []string
	for _, rule := range rules {
		for _, tag := range rule.Pin {
			if _, ok := slices.BinarySearchFunc(listed, tag, func(t Tag, name string) int {
				return cmp.Compare(t.Name, name)
			}); !ok {
				names = append(names, tag)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
