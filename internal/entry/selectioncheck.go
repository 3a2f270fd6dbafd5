package entry

import (
	"errors"
	"fmt"
	"slices"

	"ecrmirror/internal/imagename"
)

// selectionProblems returns all problems of a selection.
func (e Entry) selectionProblems() []Problem {
	source, err := parseSelected(e.Source)
	c := selectionCheck{entry: e, source: source, sound: err == nil}
	if err != nil {
		c.add(problem(err))
	}
	if !e.Repos.IsZero() && c.sound && !source.IsNamespace() {
		c.add(
			problem(
				errors.New("repos choose among the repositories of a namespace, and the source is one repository: " +
					"write HOST/PATH" + imagename.BelowAll),
			),
		)
	}
	for _, fault := range e.Repos.Faults() {
		c.add(problem(fmt.Errorf("repos: %w", fault)))
	}
	c.rules()
	c.destinations()
	return c.problems
}

func parseSelected(text string) (Selected, error) {
	err := checkText(text)
	var source Selected
	if err == nil {
		source, err = ParseSelected(text)
	}
	if err != nil {
		return Selected{}, fmt.Errorf("source: %w", err)
	}
	return source, nil
}

// A selectionCheck finds the problems of a selection.
type selectionCheck struct {
	entry    Entry
	source   Selected
	sound    bool // the source is
	problems []Problem
}

func (c *selectionCheck) add(p Problem) { c.problems = append(c.problems, p) }

// rules checks each rule by itself.
func (c *selectionCheck) rules() {
	if len(c.entry.Tags) > MaxRules {
		c.add(problem(fmt.Errorf("%d rules; an entry may have %d", len(c.entry.Tags), MaxRules)))
		return
	}
	size := c.entry.OptionsSize()
	for _, rule := range c.entry.Tags {
		size += rule.Size() + rule.Options.OptionsSize()
	}
	if size > MaxRuleText { // in which much may be wrong
		c.add(problem(fmt.Errorf("rules and options of %d bytes; those of an entry may have %d", size, MaxRuleText)))
		return
	}
	for i, rule := range c.entry.Tags {
		for _, fault := range rule.Faults() {
			c.add(problemOf(i, fault.Member, fault))
		}
		if err := rule.Options.checkWithin(c.entry.ImageOptions); err != nil {
			c.add(problemOf(i, MemberOptions, fmt.Errorf("%s: %w", MemberOptions, err)))
		}
		if first := slices.IndexFunc(c.entry.Tags[:i], rule.Equal); first >= 0 {
			c.add(problemOf(i, "", fmt.Errorf("is the same as rule %d", first+1)))
		}
	}
}

// destinations checks the destinations of the entry and of its rules.
func (c *selectionCheck) destinations() {
	all, needed := len(c.entry.Destinations), c.entry.NeedsDestinations()
	for _, rule := range c.entry.Tags {
		all += len(rule.To)
	}
	switch {
	case all > MaxDestinations:
		c.add(problem(fmt.Errorf("%d destinations, with those of rules; an entry may have %d", all, MaxDestinations)))
		return
	case needed && len(c.entry.Destinations) == 0:
		c.add(problem(errors.New("no destination")))
	case !needed && len(c.entry.Destinations) > 0:
		c.add(problemAt(0, fmt.Errorf("destination %q is of no rule: each rule has its own, in %s",
			c.entry.Destinations[0], MemberTo)))
	}
	c.list(c.entry.Destinations, problemAt)
	for i, rule := range c.entry.Tags {
		c.list(
			rule.To,
			func(_ int, err error) Problem { return problemOf(i, MemberTo, fmt.Errorf("%s: %w", MemberTo, err)) },
		)
	}
}

// list checks a list of destinations. at makes a problem of an error of one of them.
func (c *selectionCheck) list(texts []string, at func(i int, err error) Problem) {
	seen := map[imagename.Name]string{}
	for i, text := range texts {
		if err := c.destination(text, seen); err != nil {
			c.add(at(i, err))
		}
	}
}

// destination checks one destination. seen has those before it, by the repository that a sample goes to.
func (c *selectionCheck) destination(text string, seen map[imagename.Name]string) error {
	if err := checkText(text); err != nil {
		return fmt.Errorf("destination: %w", err)
	}
	template, err := ParseTemplate(text)
	if err != nil || !c.sound {
		return err
	}
	var to []imagename.Name
	for _, sample := range c.source.samples() {
		name, err := template.Repository(sample)
		if err != nil {
			return err
		}
		if name.Canonical() == sample.Canonical() {
			return fmt.Errorf("destination %q is the source itself", text)
		}
		to = append(to, name.Canonical())
	}
	first, repeated := seen[to[0]]
	seen[to[0]] = text
	switch {
	case len(to) > 1 && c.source.Namespace.Contains(to[0]):
		return fmt.Errorf("destination %q is within the source: its copies would be copied again", text)
	case len(to) > 1 && to[0] == to[1]:
		return fmt.Errorf(
			"destination %q is one repository for all of the source's: end it in /, or write {repository} "+
				"or {name} in it",
			text,
		)
	case repeated && first == text:
		return fmt.Errorf("destination %q is named twice", text)
	case repeated:
		return fmt.Errorf("destination %q is the same as %q", text, first)
	}
	return nil
}
