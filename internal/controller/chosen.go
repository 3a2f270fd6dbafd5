package controller

import (
	"slices"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/selection"
)

// A chosen is what a run keeps of a repository that a selection chooses: the name of each tag, and which rules chose
// it. That is some 60 bytes a tag, of all selections at a time; what follows from it is worked out when it is needed.
type chosen struct {
	expansion.Repository // without the images, and of the choice what is missing alone
	tags                 []string
	rules                [][]int                  // by tag
	digests              map[string]digest.Digest // by tag, of those whose choice depended on them
}

// chosenOf returns what is chosen of a repository.
func chosenOf(r expansion.Repository) chosen {
	c := chosen{Repository: r}
	c.Images, c.Choice = nil, selection.Choice{Missing: r.Choice.Missing}
	var rules []int
	for _, v := range r.Choice.Verdicts {
		if !v.IsChosen() {
			continue
		}
		if !slices.Equal(rules, v.Rules) { // one list for neighbours, which mostly have the same
			rules = v.Rules
		}
		c.tags, c.rules = append(c.tags, v.Tag), append(c.rules, rules)
		if v.Digest == "" {
			continue
		}
		if c.digests == nil {
			c.digests = map[string]digest.Digest{}
		}
		c.digests[v.Tag] = v.Digest
	}
	c.tags, c.rules = slices.Clone(c.tags), slices.Clone(c.rules) // without room for more
	return c
}

// placed returns the images that a selection chooses of the repository.
func (c chosen) placed(by entry.Entry) []entry.Placement {
	choice := selection.Choice{Verdicts: make([]selection.Verdict, len(c.tags))}
	for i, tag := range c.tags {
		choice.Verdicts[i] = selection.Verdict{Tag: tag, Rules: c.rules[i], Digest: c.digests[tag]}
	}
	images, _ := by.Place(c.Source, choice) // destinations that can't have them are known: they are Refused
	return images
}
