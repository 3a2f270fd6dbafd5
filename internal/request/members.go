package request

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ecrmirror/internal/jsonscan"
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
			return Options{}, fmt.Errorf("member %q is not known%s", name, meant(name, memberKind, memberVersion))
		}
	}
	return o, nil
}

// meant says which of the names is the nearest to the one that was written, or else which there are.
func meant(written string, names ...string) string {
	const far = 3
	best, distance := "", far
	for _, name := range names {
		if d := edits(strings.ToLower(written), name); d < distance {
			best, distance = name, d
		}
	}
	if best != "" {
		return fmt.Sprintf(" (did you mean %q?)", best)
	}
	return fmt.Sprintf(" (there are %s)", strings.Join(names, ", "))
}

// edits returns how many bytes are to be put in, taken out or replaced to make a of b (the Levenshtein distance).
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
