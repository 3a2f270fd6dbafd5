package entry

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ecrmirror/internal/imagename"
)

// A Collision is a destination that a selection would copy several images to: of several sources, or of one source of
// which rules want different things. It would flip between them for ever, so that none may be.
type Collision struct {
	Destination imagename.Name
	Sources     []imagename.Name // sorted by name; one if the wants differ
	Wants       []Wants          // sorted
}

func (c *Collision) Error() string {
	if len(c.Sources) == 1 {
		texts := make([]string, len(c.Wants))
		for i, wants := range c.Wants {
			texts[i] = wants.String()
		}
		return fmt.Sprintf("destination %s would have %s %s: give one of the rules another destination, or have them "+
			"choose other tags", c.Destination, c.Sources[0], strings.Join(texts, " and "))
	}
	texts := make([]string, len(c.Sources))
	for i, source := range c.Sources {
		texts[i] = source.String()
	}
	return fmt.Sprintf("destination %s would have %s: tell them apart by {repository}, or exclude all but one by repos",
		c.Destination, strings.Join(texts, " and "))
}

// Collisions returns the destinations, sorted by name, at which placements want different images. Names are compared by
// what they mean ([imagename.Name.Canonical]).
func Collisions(placements []Placement) []*Collision {
	all := map[imagename.Name]*Collision{}
	for _, p := range placements {
		for _, d := range p.Destinations {
			name := d.Canonical()
			if all[name] == nil {
				all[name] = &Collision{Destination: name}
			}
			all[name].Sources = append(all[name].Sources, p.Source.Canonical())
			all[name].Wants = append(all[name].Wants, p.Options.Wants())
		}
	}
	var found []*Collision
	for _, c := range all {
		slices.SortFunc(c.Sources, byName)
		slices.SortFunc(c.Wants, Wants.Compare)
		c.Sources, c.Wants = slices.Compact(c.Sources), slices.Compact(c.Wants)
		if len(c.Sources)+len(c.Wants) > 2 {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b *Collision) int { return byName(a.Destination, b.Destination) })
	return found
}

func byName(a, b imagename.Name) int { return cmp.Compare(a.String(), b.String()) }
