package platforms

import (
	"slices"
	"strings"
)

// A Filter says which platforms are wanted. The zero Filter wants all, as they are.
type Filter struct{ wanted []wanted } // in the order of their texts, none of which another one has

// A wanted is a platform as a filter names it. Members that are not named are empty, and any value will do.
type wanted struct {
	Platform        // its texts in the usual words
	text     string // all of it, as it is written
}

// IsZero reports whether the filter wants everything.
func (f Filter) IsZero() bool { return len(f.wanted) == 0 }

// Texts returns the platforms of the filter, of which [Parse] makes the same filter. They are in one order, however
// the filter was written.
func (f Filter) Texts() []string {
	var texts []string
	for _, w := range f.wanted {
		texts = append(texts, w.text)
	}
	return texts
}

// String returns the texts with commas between them: two filters are the same if these are. That of the zero Filter is
// empty.
func (f Filter) String() string { return strings.Join(f.Texts(), ",") }

// Equal reports whether both filters want the same.
func (f Filter) Equal(other Filter) bool { return slices.Equal(f.wanted, other.wanted) }

// Single returns an error, a [*NoneError], if an image that is no index is not wanted: by the operating system and the
// architecture that its configuration says it is for. An image that does not say both is wanted, such as an artifact.
func (f Filter) Single(platform Platform) error {
	if f.IsZero() || !platform.isStated() || len(f.matching(platform)) > 0 {
		return nil
	}
	return noneError(f, []Element{{Platform: platform}})
}

// matching returns which of the wanted platforms one is, by their positions.
func (f Filter) matching(p Platform) (positions []int) {
	p = p.normal()
	for i, w := range f.wanted {
		if w.has(p) {
			positions = append(positions, i)
		}
	}
	return positions
}

// has reports whether a platform, in the usual words, is one that is wanted, or all that is wanted of another one.
func (w wanted) has(p Platform) bool {
	return w.OS == p.OS && w.Architecture == p.Architecture &&
		(w.Variant == "" || w.Variant == p.Variant) &&
		(w.OSVersion == "" || w.OSVersion == p.OSVersion || strings.HasPrefix(p.OSVersion, w.OSVersion+"."))
}
