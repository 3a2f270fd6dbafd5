package platforms

import (
	"fmt"
	"slices"
	"strings"
)

// A NoneError says that an image has none of the wanted platforms.
type NoneError struct {
	Wanted Filter
	There  []string // the platforms that it has, each once and sorted, fit to be printed; 20 at most
	More   int      // how many it has beside
}

const mostThere = 20

// noneError returns the error for an image of these elements.
func noneError(f Filter, elements []Element) *NoneError {
	err := &NoneError{Wanted: f}
	err.There, err.More = List(elements)
	return err
}

// List returns what elements are for, each once and sorted, fit to be printed, 20 at most, and how many there are
// beside. Attestations are for what they are of, which is not told again.
func List(elements []Element) (texts []string, more int) {
	for _, e := range elements {
		if e.Target == "" {
			texts = append(texts, e.Platform.String())
		}
	}
	slices.Sort(texts)
	texts = slices.Compact(texts)
	if more = len(texts) - mostThere; more > 0 {
		return slices.Clone(texts[:mostThere]), more
	}
	return texts, 0
}

// Transient reports whether another try may help: not until the image is another one, or the filter.
func (*NoneError) Transient() bool { return false }

func (e *NoneError) Error() string {
	there := "it has no instance"
	if len(e.There) > 0 {
		there = "there is " + strings.Join(e.There, ", ")
	}
	if e.More > 0 {
		there += fmt.Sprintf(" and %d more", e.More)
	}
	return fmt.Sprintf("no instance for %s: %s", strings.Join(e.Wanted.Texts(), ", "), there)
}
