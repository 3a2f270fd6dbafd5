package request

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ecrmirror/internal/jsonscan"
	"ecrmirror/internal/spelling"
)

// parseMembers returns the options that have these members.
func parseMembers(members map[string]jsonscan.Value) (o Options, err error) {
	for _, name := range slices.Sorted(maps.Keys(members)) { // always the same error
		switch name {
		case memberKind:
			var text string
			if err := json.Unmarshal(members[name], &text); err != nil || !members[name].IsText() {
				return Options{}, fmt.Errorf("kind %q is not one of %s in quotes", members[name],
					strings.Join(kinds[:], ", "))
			}
			if o.Kind, err = parseKind(text); err != nil {
				return Options{}, err
			}
		default:
			return Options{}, fmt.Errorf(
				"member %q is not known%s",
				name,
				spelling.Meant(name, memberKind, memberVersion),
			)
		}
	}
	return o, nil
}
