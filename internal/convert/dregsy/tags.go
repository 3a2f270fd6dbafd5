package dregsy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/convert/draft"
	"ecrmirror/internal/convert/member"
	"ecrmirror/internal/convert/rules"
	"ecrmirror/internal/selection"
)

// How tags begin that are no tags.
const (
	rangePrefix = "semver:"
	keepPrefix  = "keep:"
)

// image is one that a mapping names by a digest.
type image struct{ tag, digest string } // :TAG or "", and @DIGEST

// tagSet is what a mapping chooses.
type tagSet struct {
	images []image
	rules  []selection.Rule
}

// readTags reads the tags and the digests of a mapping. A tag is chosen if one of the elements chooses it and all that
// begin with keep: hold. Its error says that the mapping can't be said by rules.
func readTags(tags, digests member.Value) (tagSet, error) {
	var set tagSet
	var c choice
	elements, ok := tags.List()
	if !ok {
		return set, errors.New("tags can't be read")
	}
	for _, element := range elements {
		text, ok := element.Text()
		if !ok {
			return set, errors.New("tags can't be read")
		}
		if err := c.add(text, element); err != nil {
			return set, err
		}
	}
	hashes, ok := digests.List()
	if !ok {
		return set, errors.New("digests can't be read")
	}
	for _, element := range hashes {
		text, _ := element.Text()
		if _, err := digest.Parse(text); err != nil {
			return set, errors.New("a digest can't be read")
		}
		c.images = append(c.images, image{digest: "@" + text})
	}
	set.images = c.images
	var err error
	if !c.isEmpty() || len(c.images) == 0 {
		set.rules, err = c.rules()
	}
	return set, err
}

// choice is the elements of tags, sorted out.
type choice struct {
	pins     []string
	images   []image
	ranges   []string
	match    []string // patterns; one must match
	unlike   []string // patterns; a tag is chosen that one of them does not match
	keep     []string // patterns; all must match
	drop     []string // patterns; none may match
	held     []func(string) bool
	newest   int
	newestAt member.Value
}

func (c *choice) isEmpty() bool {
	return len(c.pins)+len(c.ranges)+len(c.match)+len(c.unlike) == 0 && len(c.keep)+len(c.drop)+c.newest == 0
}

// add sorts an element out.
func (c *choice) add(text string, v member.Value) error {
	if within, ok := strings.CutPrefix(text, rangePrefix); ok {
		within, err := rules.Blang().Range(strings.TrimSpace(within))
		if err != nil {
			return err
		}
		c.ranges = append(c.ranges, within)
		v.Note(draft.Differs, "%s", rules.OfSuffixed(Name))
		return nil
	}
	if expression, ok := strings.CutPrefix(text, expressionPrefix); ok {
		return c.sort(strings.TrimSpace(expression), &c.match, &c.unlike)
	}
	if filter, ok := strings.CutPrefix(text, keepPrefix); ok {
		return c.addKeep(strings.TrimSpace(filter), v)
	}
	tag, hash, ok := strings.Cut(text, "@")
	if _, err := digest.Parse(hash); ok && err == nil {
		if tag != "" {
			tag = ":" + tag
		}
		c.images = append(c.images, image{tag, "@" + hash})
		return nil
	}
	if err := rules.CheckTag(text); err != nil {
		return err
	}
	c.pins = append(c.pins, text)
	return nil
}

// sort adds the pattern of an expression to one of two lists: to the second if the expression begins with !, which
// means that it must not match.
func (c *choice) sort(expression string, match, unlike *[]string) error {
	inner, inverted := strings.CutPrefix(expression, "!")
	pattern, err := rules.Tag(bound(inner))
	switch {
	case err != nil:
		return fmt.Errorf("the expression %w", err)
	case inverted:
		*unlike = append(*unlike, pattern)
	default:
		*match = append(*match, pattern)
	}
	return nil
}

// unique returns texts, each once.
func unique(texts []string) []string {
	var all []string
	for _, text := range texts {
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}
