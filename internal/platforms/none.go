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
	var there []string
	for _, e := range elements {
		if e.Target == "" {
			there = append(there, e.Platform.String())
		}
	}
	slices.Sort(there)
	there = slices.Compact(there)
	err := &NoneError{Wanted: f, There: there}
	if len(there) > mostThere {
		err.There, err.More = slices.Clone(there[:mostThere]), len(there)-mostThere
	}
	return err
}

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
