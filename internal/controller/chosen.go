package controller

import (
	"slices"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/selection"
)

// A chosen is what a run keeps of a repository that a selection chooses: the name of each tag, and which rules chose
// it. That is some 60 bytes a tag, of all selections at a time; what follows from it is worked out when it is needed.
type chosen struct {
	source imagename.Name
	tags   []string
	rules  [][]int // by tag
	err    error   // why nothing of the repository is mirrored
}

// chosenOf returns what is chosen of a repository.
func chosenOf(r expansion.Repository) chosen {
	c := chosen{source: r.Source, err: r.Err}
	var rules []int
	for _, v := range r.Choice.Verdicts {
		if !v.IsChosen() {
			continue
		}
		if !slices.Equal(rules, v.Rules) { // one list for neighbours, which mostly have the same
			rules = v.Rules
		}
		c.tags, c.rules = append(c.tags, v.Tag), append(c.rules, rules)
	}
	c.tags, c.rules = slices.Clone(c.tags), slices.Clone(c.rules) // without room for more
	return c
}

// placed returns the repository with the images that a selection chooses of it.
func (c chosen) placed(by entry.Entry) expansion.Repository {
	r := expansion.Repository{Source: c.source, Err: c.err}
	if c.err != nil {
		return r
	}
	choice := selection.Choice{Verdicts: make([]selection.Verdict, len(c.tags))}
	for i, tag := range c.tags {
		choice.Verdicts[i] = selection.Verdict{Tag: tag, Rules: c.rules[i]}
	}
	r.Images, r.Err = by.Place(c.source, choice)
	return r
}
