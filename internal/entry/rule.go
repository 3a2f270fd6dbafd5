package entry

import (
	"slices"

	"ecrmirror/internal/selection"
)

// A Rule is a rule of a selection: which tags, and where to.
type Rule struct {
	selection.Rule
	To      []string     // destinations of what the rule chooses, in place of the entry's; none = the entry's
	Options ImageOptions // of what the rule chooses; one that it does not have is the entry's
}

// Equal reports whether both rules are the same.
func (r Rule) Equal(other Rule) bool {
	return r.Rule.Equal(other.Rule) && slices.Equal(r.To, other.To) && r.Options == other.Options
}
