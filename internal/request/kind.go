package request

import (
	"fmt"
	"slices"
	"strings"
)

// A Kind is what a job is asked to do with images. The zero value is [Copy], the only kind that the mirror program
// carries out; it refuses the others by their names.
type Kind uint8

// The kinds of requests.
const (
	Copy      Kind = iota // copy the images, and move the destinations' tags to them
	Artifacts             // bring what belongs to images that the destinations hold, such as signatures
	Publish               // move tags to images that the destinations hold
	Delete                // delete tags of the destinations
)

// kinds are the kinds' names in [Options], by kind.
var kinds = [...]string{Copy: "copy", Artifacts: "artifacts", Publish: "publish", Delete: "delete"}

// String returns the kind's name in the options.
func (k Kind) String() string {
	if int(k) >= len(kinds) {
		return fmt.Sprintf("kind %d", uint8(k))
	}
	return kinds[k]
}

// parseKind returns the kind of that name.
func parseKind(name string) (Kind, error) {
	i := slices.Index(kinds[:], name)
	if i < 0 {
		return 0, fmt.Errorf("kind %q is not one of %s", name, strings.Join(kinds[:], ", "))
	}
	return Kind(i), nil //nolint:gosec // an index of four
}
