package dregsy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ecrmirror/internal/convert/draft"
	"ecrmirror/internal/convert/member"
	"ecrmirror/internal/convert/rules"
	"ecrmirror/internal/selection"
)

var newestForm = regexp.MustCompile(`^latest[: ]+([0-9]{1,6})$`)

// addKeep adds a filter of all that is chosen: an expression, or how many of the newest are kept.
func (c *choice) addKeep(filter string, v member.Value) error {
	if m := newestForm.FindStringSubmatch(filter); m != nil {
		c.newest, _ = strconv.Atoi(m[1])
		c.newestAt = v
		if c.newest == 0 {
			return errors.New("keep: latest 0 keeps nothing")
		}
		return nil
	}
	inner, inverted := strings.CutPrefix(filter, "!")
	re, err := regexp.Compile(bound(inner))
	if err != nil {
		return errors.New("keep: has no regular expression of RE2")
	}
	c.held = append(c.held, func(tag string) bool { return re.MatchString(tag) != inverted })
	return c.sort(filter, &c.keep, &c.drop)
}

var errBoth = errors.New("no rule says that a tag must match two expressions (regex: and keep:, or keep: twice): " +
	"write one that says both")

// rules returns the rules that choose the tags.
func (c *choice) rules() (all []selection.Rule, err error) {
	if len(unique(c.keep)) > 1 || len(c.keep) > 0 && len(c.match) > 0 {
		return nil, errBoth
	}
	if len(c.pins)+len(c.ranges)+len(c.match)+len(c.unlike) == 0 {
		all = append(all, c.kept(rules.All()))
	}
	if len(c.ranges) > 0 {
		all = append(all, rules.Suffixed(strings.Join(c.ranges, " || "), c.keep, c.drop)...)
	}
	if len(c.match) > 0 {
		all = append(all, rules.Excluding(rules.Including(c.match...), c.drop)...)
	}
	for _, pattern := range unique(c.unlike) {
		all = append(all, c.kept(rules.Excluding([]selection.Rule{rules.All()}, []string{pattern})[0]))
	}
	c.cap(all)
	pins := slices.DeleteFunc(unique(c.pins), func(tag string) bool { return !c.holds(tag) })
	all = append(all, rules.Pinned(pins...)...)
	if len(all) == 0 {
		return nil, fmt.Errorf("keep: keeps none of %s", strings.Join(c.pins, ", "))
	}
	return all, nil
}

// kept returns a rule that keeps to the filters, too.
func (c *choice) kept(rule selection.Rule) selection.Rule {
	if len(c.keep) > 0 {
		rule.Include = c.keep[:1]
	}
	return rules.Excluding([]selection.Rule{rule}, c.drop)[0]
}

// holds reports whether a tag keeps to the filters.
func (c *choice) holds(tag string) bool {
	return !slices.ContainsFunc(c.held, func(holds func(string) bool) bool { return !holds(tag) })
}

// cap has rules choose the newest only.
func (c *choice) cap(all []selection.Rule) {
	if c.newest == 0 {
		return
	}
	for i := range all {
		all[i].Newest = c.newest
	}
	c.newestAt.Note(draft.Differs, "the newest are counted for each rule and, of versions, for each variant; tags "+
		"that are no versions are not chosen by such a rule, and pinned ones always")
}
