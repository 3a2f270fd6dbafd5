package entry

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/selection"
)

// A Rule is a rule of a selection: which tags, and where to.
type Rule struct {
	selection.Rule
	To []string // destinations of what the rule chooses, in place of the entry's; none = the entry's
}

// ErrSelection says that an entry names no image, since it is a selection.
var ErrSelection = errors.New("the entry has tags: it names no image, but a repository or a namespace")

// IsSelection reports whether the entry is a selection: its source is a repository or a namespace, and its rules choose
// tags. Other entries name one image.
func (e Entry) IsSelection() bool { return len(e.Tags) > 0 }

// isNamespace reports whether a source stands for many repositories.
func isNamespace(source string) bool { return strings.HasSuffix(source, imagename.BelowAll) }

// A Selected is the source of a selection: a repository, or a namespace with all that is below it.
type Selected struct {
	Repository imagename.Name      // zero of a namespace
	Namespace  imagename.Namespace // zero of a repository
}

// ParseSelected parses the source of a selection. A tag or a digest is an error: rules choose the tags.
func ParseSelected(text string) (Selected, error) {
	if isNamespace(text) {
		namespace, err := imagename.ParseNamespace(text)
		return Selected{Namespace: namespace}, err
	}
	name, err := imagename.Parse(text)
	switch {
	case err != nil && strings.Contains(text, "*"):
		return Selected{}, fmt.Errorf(
			"image name %q: only %s at the end stands for repositories; repos choose among them",
			text,
			imagename.BelowAll,
		)
	case err != nil:
		return Selected{}, err
	case name.IsOnDisk():
		return Selected{}, inRegistriesOnly(text)
	case name.Digest != "":
		return Selected{}, fmt.Errorf("image name %q has a digest beside tags: name the repository alone", text)
	case name.Tag != "":
		return Selected{}, fmt.Errorf(
			"image name %q has a tag beside tags: name the repository alone, and pin %s there",
			text,
			name.Tag,
		)
	}
	return Selected{Repository: name}, nil
}

// IsNamespace reports whether the source is a namespace.
func (s Selected) IsNamespace() bool { return s.Namespace != imagename.Namespace{} }

// Canonical returns the one form of all those that mean the same source.
func (s Selected) Canonical() string {
	if s.IsNamespace() {
		return s.Namespace.Canonical().String()
	}
	return s.Repository.Canonical().String()
}

// samples returns repositories that the source may have: one, or two of a namespace that differ in all elements.
func (s Selected) samples() []imagename.Name {
	if !s.IsNamespace() {
		return []imagename.Name{s.Repository}
	}
	below := strings.TrimPrefix(s.Namespace.Path+"/", "/")
	return []imagename.Name{s.Namespace.Repository(below + "a0/b0"), s.Namespace.Repository(below + "c0/d0")}
}

// NeedsDestinations reports whether the entry must have destinations of its own: there are rules, if any, without.
func (e Entry) NeedsDestinations() bool {
	return !e.IsSelection() || slices.ContainsFunc(e.Tags, func(r Rule) bool { return len(r.To) == 0 })
}

// DestinationsOf returns the destinations of what the rule with that number chooses.
func (e Entry) DestinationsOf(rule int) []string {
	if to := e.Tags[rule].To; len(to) > 0 {
		return to
	}
	return e.Destinations
}

// AllDestinations returns the destinations of the entry and those of its rules, each once.
func (e Entry) AllDestinations() []string {
	all := slices.Clip(e.Destinations)
	for _, rule := range e.Tags {
		for _, text := range rule.To {
			if !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	return all
}

// Repositories returns the source of a selection and its destinations, as far as they are repositories whatever the
// registry has: none of a namespace.
func (e Entry) Repositories() (names Names) {
	source, err := ParseSelected(e.Source)
	if err != nil || source.IsNamespace() {
		return Names{}
	}
	names.Source.Text, names.Source.Name = e.Source, source.Repository
	for _, text := range e.AllDestinations() {
		name := Name{Written: imagename.Written{Text: text}}
		template, err := ParseTemplate(text)
		if err == nil {
			name.Name, err = template.Repository(source.Repository)
		}
		name.Err = err
		names.Destinations = append(names.Destinations, name)
	}
	return names
}

// Pinned returns the images that the rules of a selection pin, with their destinations: none of a namespace.
func (e Entry) Pinned() []Placement {
	source, err := ParseSelected(e.Source)
	if err != nil || source.IsNamespace() {
		return nil
	}
	rules := map[string][]int{} // by tag
	for i, rule := range e.Tags {
		for _, tag := range rule.Pin {
			rules[tag] = append(rules[tag], i)
		}
	}
	var choice selection.Choice
	for _, tag := range slices.Sorted(maps.Keys(rules)) {
		choice.Verdicts = append(choice.Verdicts, selection.Verdict{Tag: tag, Rules: rules[tag]})
	}
	pinned, err := e.Place(source.Repository, choice)
	if err != nil {
		return nil
	}
	return pinned
}

// ImageEntry returns an image entry for an image of a selection: what the selection says, said of one image.
func (e Entry) ImageEntry(image Placement) Entry {
	one := Entry{
		Source: image.Source.String(), Selection: e.Source, Options: e.Options, Labels: e.Labels,
		Destinations: make([]string, len(image.Destinations)),
	}
	for i, to := range image.Destinations {
		one.Destinations[i] = to.String()
	}
	return one
}

// sameSelection reports whether both entries choose the same, and have the same labels.
func (e Entry) sameSelection(other Entry) bool {
	return slices.EqualFunc(e.Tags, other.Tags, Rule.Equal) && e.Repos.Equal(other.Repos) &&
		maps.Equal(e.Labels, other.Labels)
}

// Equal reports whether both rules are the same.
func (r Rule) Equal(other Rule) bool { return r.Rule.Equal(other.Rule) && slices.Equal(r.To, other.To) }
