package iam

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A condition compares a key of the request with values.
type condition struct {
	operator string // without the prefix and suffix that follow
	ifExists bool
	set      string // "ForAllValues", "ForAnyValue" or ""
	name     string // of the key, as it is written
	key      string // the same in lower case
	values   []string
}

// An operator compares one value of a request with one of a condition. One that negates
// holds if no value of the condition fits.
type operator struct {
	fits    func(wanted, got string) bool
	negates bool
}

var operators = map[string]operator{
	"StringEquals":              {equal, false},
	"StringNotEquals":           {equal, true},
	"StringEqualsIgnoreCase":    {strings.EqualFold, false},
	"StringNotEqualsIgnoreCase": {strings.EqualFold, true},
	"StringLike":                {Wildcard, false},
	"StringNotLike":             {Wildcard, true},
	"ArnEquals":                 {arn, false}, // as ArnLike, by the reference
	"ArnLike":                   {arn, false},
	"ArnNotEquals":              {arn, true},
	"ArnNotLike":                {arn, true},
	"Bool":                      {strings.EqualFold, false},
}

const null = "Null" // asks whether the key is absent

func equal(wanted, got string) bool { return wanted == got }

// parseConditions reads a Condition: operator → key → values.
func parseConditions(value json.RawMessage, unknown *string) ([]condition, error) {
	var blocks map[string]map[string]json.RawMessage
	if err := json.Unmarshal(value, &blocks); err != nil {
		return nil, err
	}
	var list []condition
	for _, name := range slices.Sorted(maps.Keys(blocks)) {
		for _, key := range slices.Sorted(maps.Keys(blocks[name])) {
			c := condition{operator: name, name: key, key: strings.ToLower(key)}
			if set, rest, ok := strings.Cut(name, ":"); ok {
				c.set, c.operator = set, rest
			}
			c.operator, c.ifExists = strings.CutSuffix(c.operator, "IfExists")
			var err error
			if c.values, err = texts(blocks[name][key]); err != nil {
				return nil, fmt.Errorf("%s %s: %w", name, key, err)
			}
			c.check(name, key, unknown)
			list = append(list, c)
		}
	}
	return list, nil
}

// check notes what the package does not know of a condition.
func (c condition) check(name, key string, unknown *string) {
	_, ok := operators[c.operator]
	switch {
	case !ok && (c.operator != null || c.ifExists), !slices.Contains([]string{"", "ForAllValues", "ForAnyValue"},
		c.set):
		note(unknown, "the condition operator "+name)
	case !Known(c.key):
		note(unknown, "the condition key "+key)
	}
	for _, value := range c.values {
		variable(unknown, value)
	}
}

// texts reads values, which may be strings, numbers or booleans.
func texts(value json.RawMessage) ([]string, error) {
	list, err := listOf[any](value)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, v := range list {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case bool:
			out = append(out, strconv.FormatBool(v))
		default:
			return nil, fmt.Errorf("a value is %v", v)
		}
	}
	return out, nil
}

// Keys returns the condition keys that the policy's statements ask for, each once.
func (p *Policy) Keys() []string {
	var list []string
	for _, s := range p.statements {
		for _, c := range s.conditions {
			list = append(list, c.name)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// holds tells whether the condition is fulfilled by the request's values of its key.
func (c condition) holds(got []string) bool {
	op := operators[c.operator]
	one := func(got string) bool {
		fits := slices.ContainsFunc(c.values, func(wanted string) bool { return op.fits(wanted, got) })
		return fits != op.negates
	}
	switch {
	case c.operator == null:
		return slices.Contains(c.values, strconv.FormatBool(len(got) == 0))
	case len(got) == 0:
		return c.ifExists || c.set == "ForAllValues" || op.negates && c.set == ""
	case c.set == "ForAnyValue":
		return slices.ContainsFunc(got, one)
	}
	return !slices.ContainsFunc(got, func(v string) bool { return !one(v) })
}
