package expression

import (
	"maps"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb/value"
)

// Substitutes are what a request's expressions say by #name and :value. They know which of them were used.
type Substitutes struct {
	names  map[string]string
	values value.Item
	used   map[string]bool
}

func invalid(format string, args ...any) error {
	return awsjson.Errorf("ValidationException", format, args...)
}

// NewSubstitutes checks a request's ExpressionAttributeNames and ExpressionAttributeValues, of which
// each may be nil. None says that the request has no expression; noValues what is missing where it has none that
// may use values, and is "" where it has.
func NewSubstitutes(names map[string]string, values value.Item, none bool, noValues string) (*Substitutes, error) {
	switch {
	case names != nil && none:
		return nil, invalid("ExpressionAttributeNames can only be specified when using expressions")
	case values != nil && noValues != "":
		return nil, invalid("ExpressionAttributeValues can only be specified when using expressions%s", noValues)
	case names != nil && len(names) == 0:
		return nil, invalid("ExpressionAttributeNames must not be empty")
	case values != nil && len(values) == 0:
		return nil, invalid("ExpressionAttributeValues must not be empty")
	}
	for _, key := range slices.Sorted(maps.Keys(names)) {
		if !placeholder(key, '#') {
			return nil, invalid("ExpressionAttributeNames contains invalid key: Syntax error; key: \"%s\"", key)
		}
		if names[key] == "" {
			return nil, invalid("ExpressionAttributeNames contains invalid value: Empty attribute name for key %s", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if !placeholder(key, ':') {
			return nil, invalid("ExpressionAttributeValues contains invalid key: Syntax error; key: \"%s\"", key)
		}
		if err := (value.Item{key: values[key]}).Err(); err != nil {
			return nil, invalid("ExpressionAttributeValues contains invalid value: %s for key %s",
				awsjson.ErrorOf(err).Message, key)
		}
	}
	return &Substitutes{names: names, values: values, used: map[string]bool{}}, nil
}

func placeholder(key string, mark byte) bool {
	return len(key) > 1 && key[0] == mark && span(key[1:], part) == len(key)-1
}

// Unused is the error of substitutes that no expression has used.
func (s *Substitutes) Unused() error {
	if unused := s.unused(maps.Keys(s.values)); unused != "" {
		return invalid("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", unused)
	}
	if unused := s.unused(maps.Keys(s.names)); unused != "" {
		return invalid("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", unused)
	}
	return nil
}

func (s *Substitutes) unused(keys func(func(string) bool)) string {
	var unused []string
	for _, key := range slices.Sorted(keys) {
		if !s.used[key] {
			unused = append(unused, key)
		}
	}
	return strings.Join(unused, ", ")
}
