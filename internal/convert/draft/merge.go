package draft

import (
	"errors"
	"slices"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
)

var errRepos = errors.New("they choose other repositories; list the repositories in entries of their own")

// merged returns an entry that mirrors what either of two with one source does.
func merged(a, b entry.Entry) (entry.Entry, error) {
	switch {
	case !a.IsSelection():
		a.Destinations = united(a.Destinations, b.Destinations)
	case !a.Repos.Equal(b.Repos):
		return a, errRepos
	case slices.EqualFunc(a.Tags, b.Tags, entry.Rule.Equal) && ownNone(a):
		a.Destinations = united(a.Destinations, b.Destinations)
	case slices.Equal(a.Destinations, b.Destinations):
		a.Tags = together(a.Tags, b.Tags)
	default: // each rule says where to
		a.Tags = together(addressed(a), addressed(b))
		a.Destinations = nil
	}
	return a, nil
}

// ownNone reports whether no rule has destinations of its own.
func ownNone(e entry.Entry) bool {
	return !slices.ContainsFunc(e.Tags, func(r entry.Rule) bool { return len(r.To) > 0 })
}

// addressed returns the rules of an entry, each with its destinations.
func addressed(e entry.Entry) []entry.Rule {
	rules := slices.Clone(e.Tags)
	for i := range rules {
		rules[i].To = e.DestinationsOf(i)
	}
	return rules
}

// together returns the rules of two lists, each once.
func together(a, b []entry.Rule) []entry.Rule {
	all := slices.Clone(a)
	for _, rule := range b {
		if !slices.ContainsFunc(all, rule.Equal) {
			all = append(all, rule)
		}
	}
	return all
}

// united returns the destinations of two lists, each once in whatever way it is written.
func united(a, b []string) []string {
	all, seen := slices.Clone(a), map[string]bool{}
	for _, text := range a {
		seen[meaning(text)] = true
	}
	for _, text := range b {
		if !seen[meaning(text)] {
			all = append(all, text)
		}
		seen[meaning(text)] = true
	}
	return all
}

// meaning returns one form of all texts that mean the same destination. A template stands for itself.
func meaning(destination string) string {
	name, err := imagename.Parse(destination)
	if err != nil {
		return destination
	}
	return name.Canonical().String()
}
