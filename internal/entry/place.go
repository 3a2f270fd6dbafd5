package entry

import (
	"slices"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/selection"
)

// A Placement is an image that a selection chooses, and what is to have it.
type Placement struct {
	Source       imagename.Name   // with the tag
	Destinations []imagename.Name // with the same tag, each once, in the order of the rules
	Rules        []int            // that chose it for these destinations, from 0
	Options      ImageOptions     // of these rules
	Digest       digest.Digest    // that was chosen, where that depended on it; see [selection.Verdict]
}

// A Refusal is a destination of a selection that can't have a repository of the source, and why: what its name would be
// there is no name.
type Refusal struct {
	Destination string // as it is written
	Err         error
}

// Place returns the images that are chosen of a source repository, sorted by tag, with their destinations: those of
// each rule that chose the tag. Of a tag there are several where rules have different options. A destination that can't
// have the repository is refused, and the others have it all the same; an image without any other is left out.
func (e Entry) Place(source imagename.Name, choice selection.Choice) (placements []Placement, refused []Refusal) {
	repositories := make([][]imagename.Name, len(e.Tags)) // by rule
	for i := range e.Tags {
		for _, text := range e.DestinationsOf(i) {
			repository, err := repositoryAt(text, source)
			switch {
			case err == nil:
				repositories[i] = append(repositories[i], repository)
			case !slices.ContainsFunc(refused, func(r Refusal) bool { return r.Destination == text }):
				refused = append(refused, Refusal{text, err})
			}
		}
	}
	for _, v := range choice.Verdicts {
		for _, p := range e.placementsOf(v) {
			p.Source = source
			p.Source.Tag = v.Tag
			for _, rule := range p.Rules {
				p.add(repositories[rule])
			}
			if len(p.Destinations) > 0 {
				placements = append(placements, p)
			}
		}
	}
	return placements, refused
}

// placementsOf returns placements, without names, one for all rules of a verdict that have the same options.
func (e Entry) placementsOf(v selection.Verdict) (list []Placement) {
	if !slices.ContainsFunc(e.Tags, func(r Rule) bool { return r.Options != ImageOptions{} }) { // as nearly always
		return []Placement{{Rules: v.Rules, Options: e.ImageOptions, Digest: v.Digest}}
	}
	for _, rule := range v.Rules {
		options := e.OptionsOf(rule)
		i := slices.IndexFunc(list, func(p Placement) bool { return p.Options == options })
		if i < 0 {
			i, list = len(list), append(list, Placement{Options: options, Digest: v.Digest})
		}
		list[i].Rules = append(list[i].Rules, rule)
	}
	return list
}

func repositoryAt(template string, source imagename.Name) (imagename.Name, error) {
	t, err := ParseTemplate(template)
	if err != nil {
		return imagename.Name{}, err
	}
	return t.Repository(source)
}

// add adds the tag's image of each repository that is not there yet, in whatever way it is written.
func (p *Placement) add(repositories []imagename.Name) {
	for _, name := range repositories {
		name.Tag = p.Source.Tag
		if !slices.ContainsFunc(p.Destinations, name.SameImage) {
			p.Destinations = append(p.Destinations, name)
		}
	}
}

// ImageEntry returns an image entry for an image of a selection: what the selection says, said of one image.
func (e Entry) ImageEntry(image Placement) Entry {
	one := Entry{
		Source: image.Source.String(), Selection: e.Source, Options: e.Options, Labels: e.Labels,
		Destinations: make([]string, len(image.Destinations)), Chosen: image.Digest,
	}
	one.ImageOptions = image.Options
	for i, to := range image.Destinations {
		one.Destinations[i] = to.String()
	}
	return one
}
