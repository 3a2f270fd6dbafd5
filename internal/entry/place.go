package entry

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/selection"
)

// A Placement is an image that a selection chooses, and what is to have it.
type Placement struct {
	Source       imagename.Name   // with the tag
	Destinations []imagename.Name // with the same tag, each once, in the order of the rules
	Rules        []int            // that chose it, from 0
	Digest       digest.Digest    // that was chosen, where that depended on it; see [selection.Verdict]
}

// A Refusal is a destination of a selection that can't have a repository of the source, and why: what its name would be
// there is no name.
type Refusal struct {
	Destination string // as it is written
	Err         error
}

// Place returns the images that are chosen of a source repository, sorted by tag, with their destinations: those of
// each rule that chose the tag. A destination that can't have the repository is refused, and the others have it all
// the same; an image without any other is left out.
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
		p := Placement{Source: source, Rules: v.Rules, Digest: v.Digest}
		p.Source.Tag = v.Tag
		for _, rule := range v.Rules {
			p.add(repositories[rule])
		}
		if len(p.Destinations) > 0 {
			placements = append(placements, p)
		}
	}
	return placements, refused
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
	for i, to := range image.Destinations {
		one.Destinations[i] = to.String()
	}
	return one
}

// A Collision is a destination that several sources of one selection would be copied to. It would flip between them for
// ever, so that none may be.
type Collision struct {
	Destination imagename.Name
	Sources     []imagename.Name // two at least, sorted by name
}

func (c *Collision) Error() string {
	texts := make([]string, len(c.Sources))
	for i, source := range c.Sources {
		texts[i] = source.String()
	}
	return fmt.Sprintf("destination %s would have %s: tell them apart by {repository}, or exclude all but one by repos",
		c.Destination, strings.Join(texts, " and "))
}

// Collisions returns the destinations, sorted by name, at which placements want different sources. Names are compared
// by what they mean ([imagename.Name.Canonical]).
func Collisions(placements []Placement) []*Collision {
	sources := map[imagename.Name][]imagename.Name{}
	for _, p := range placements {
		for _, d := range p.Destinations {
			sources[d.Canonical()] = append(sources[d.Canonical()], p.Source.Canonical())
		}
	}
	var found []*Collision
	for destination, all := range sources {
		slices.SortFunc(all, byName)
		if all = slices.Compact(all); len(all) > 1 {
			found = append(found, &Collision{Destination: destination, Sources: all})
		}
	}
	slices.SortFunc(found, func(a, b *Collision) int { return byName(a.Destination, b.Destination) })
	return found
}

func byName(a, b imagename.Name) int { return cmp.Compare(a.String(), b.String()) }
