package statusview

import (
	"slices"

	"ecrmirror/internal/entry"
)

// A Filter says what is shown. The zero Filter is everything.
type Filter struct {
	States   []entry.State // what is in one of these
	Expiring bool          // only what expires soon
}

// Apply returns what passes the filter: entries with those of their destinations that do.
func (f Filter) Apply(all []Entry) []Entry {
	found := []Entry{}
	images := Filter{States: f.States}
	for _, e := range all {
		if f.Expiring && !e.ExpiresSoon {
			continue
		}
		if len(e.Images) > 0 {
			e.Images = images.Apply(e.Images)
		}
		if len(f.States) > 0 && e.State != Invalid {
			e.Destinations = slices.DeleteFunc(slices.Clone(e.Destinations), func(d Destination) bool {
				return !slices.Contains(f.States, d.State)
			})
		}
		if len(f.States) == 0 || len(e.Destinations) > 0 || slices.Contains(f.States, e.State) {
			found = append(found, e)
		}
	}
	return found
}
