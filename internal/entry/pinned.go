package entry

import (
	"maps"
	"slices"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/selection"
)

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
	pinned, _ := e.Place(source.Repository, choice)
	return pinned
}
