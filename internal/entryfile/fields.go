package entryfile

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"ecrmirror/internal/spelling"
)

// text returns a scalar as it was written: a date or a number is no other thing here.
func (f *reader) text(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		f.bad(n, "%s must be text", what)
		return ""
	}
	return n.Value
}

// fields returns the values of a mapping, each of which must be one of known. It
// returns nil if n is none.
func (f *reader) fields(n *yaml.Node, what string, known ...string) map[string]*yaml.Node {
	if n.Kind != yaml.MappingNode {
		f.bad(n, "%s must have the form `%s: ...`", what, known[0])
		return nil
	}
	fields := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch first := fields[key.Value]; {
		case !contains(known, key):
			f.bad(
				key,
				"unknown field %q; %s has %s%s",
				cut(key.Value),
				what,
				strings.Join(known, ", "),
				meant(key, known),
			)
		case first != nil:
			f.bad(key, "field %s is there twice", key.Value)
		default:
			fields[key.Value] = follow(n.Content[i+1])
		}
	}
	return fields
}

func contains(known []string, key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && slices.Contains(known, key.Value)
}

// meant says which field was meant, if that can be told.
func meant(key *yaml.Node, known []string) string {
	if name := spelling.Nearest(cut(key.Value), known...); name != "" {
		return fmt.Sprintf(" (did you mean %q?)", name)
	}
	return ""
}

// follow returns what an alias stands for.
func follow(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}
