package entry

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ecrmirror/internal/imagename"
)

// A Collision is a destination that a selection would copy several images to: of several sources, or of one source with
// other platforms. It would flip between them for ever, so that none may be.
type Collision struct {
	Destination imagename.Name
	Sources     []imagename.Name // sorted by name; one if the platforms differ
	Platforms   []string         // as of [ImageOptions], sorted; one if the sources differ
}

func (c *Collision) Error() string {
	if len(c.Sources) == 1 {
		texts := make([]string, len(c.Platforms))
		for i, platforms := range c.Platforms {
			texts[i] = cmp.Or(platforms, "all platforms")
		}
		return fmt.Sprintf("destination %s would have %s of %s: give one of the rules another destination, or have them "+
			"choose other tags", c.Destination, c.Sources[0], strings.Join(texts, " and of "))
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
			all[name].Platforms = append(all[name].Platforms, p.Options.Platforms)
		}
	}
	var found []*Collision
	for _, c := range all {
		slices.SortFunc(c.Sources, byName)
		slices.Sort(c.Platforms)
		c.Sources, c.Platforms = slices.Compact(c.Sources), slices.Compact(c.Platforms)
		if len(c.Sources)+len(c.Platforms) > 2 {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b *Collision) int { return byName(a.Destination, b.Destination) })
	return found
}

func byName(a, b imagename.Name) int { return cmp.Compare(a.String(), b.String()) }
