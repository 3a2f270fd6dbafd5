// Package pattern matches events against EventBridge's event patterns. It knows exact values,
// prefix, suffix, wildcard, equals-ignore-case, exists, anything-but and $or; other filters are errors.
//
// Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
package pattern

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Pattern is a parsed one.
type Pattern struct{ root map[string]any }

// Parse reads a pattern and refuses what this package does not know.
func Parse(text string) (Pattern, error) {
	var root map[string]any
	if err := json.Unmarshal([]byte(text), &root); err != nil {
		return Pattern{}, fmt.Errorf("event pattern is not valid: %w", err)
	}
	if len(root) == 0 {
		return Pattern{}, errors.New("event pattern is not valid: it is empty")
	}
	return Pattern{root}, check(root)
}

func check(pattern map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(pattern)) {
		switch want := pattern[name].(type) {
		case map[string]any:
			if err := check(want); err != nil {
				return err
			}
		case []any:
			if err := checkList(name, want); err != nil {
				return err
			}
		default:
			return fmt.Errorf("event pattern is not valid: %q must be an object or an array", name)
		}
	}
	return nil
}

func checkList(name string, list []any) error {
	if len(list) == 0 {
		return fmt.Errorf("event pattern is not valid: empty arrays are not allowed (%s)", name)
	}
	for _, item := range list {
		filter, isObject := item.(map[string]any)
		switch {
		case name == "$or" && !isObject:
			return errors.New("event pattern is not valid: $or must be an array of objects")
		case name == "$or":
			if err := check(filter); err != nil {
				return err
			}
		case isObject:
			if len(filter) != 1 {
				return fmt.Errorf("event pattern is not valid: a filter of %q has one member", name)
			}
			for kind, value := range filter {
				if _, err := holds(kind, value, nil, false); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Match tells whether the pattern matches the event, as decoded by encoding/json.
func (p Pattern) Match(event map[string]any) bool { return match(p.root, event) }

func match(pattern, event map[string]any) bool {
	for name, want := range pattern {
		if name == "$or" {
			list, _ := want.([]any)
			if !slices.ContainsFunc(list, func(item any) bool {
				one, _ := item.(map[string]any)
				return match(one, event)
			}) {
				return false
			}
			continue
		}
		got, there := event[name]
		switch want := want.(type) {
		case map[string]any:
			inner, _ := got.(map[string]any)
			if !match(want, inner) {
				return false
			}
		case []any:
			if !anyOf(want, got, there) {
				return false
			}
		}
	}
	return true
}

// anyOf tells whether one of the wanted fits the value, or one of its items if it is a list.
func anyOf(wanted []any, got any, there bool) bool {
	items, isList := got.([]any)
	if !isList {
		items = []any{got}
	}
	for _, want := range wanted {
		filter, isObject := want.(map[string]any)
		for _, item := range items {
			if !isObject {
				if there && item == want {
					return true
				}
				continue
			}
			for kind, value := range filter {
				if ok, err := holds(kind, value, item, there); err == nil && ok {
					return true
				}
			}
		}
	}
	return false
}

// holds tells whether a filter fits a value.
func holds(kind string, want, got any, there bool) (bool, error) {
	switch kind {
	case "exists":
		exists, ok := want.(bool)
		if !ok {
			return false, errors.New("event pattern is not valid: exists is true or false")
		}
		return exists == there, nil
	case "anything-but":
		return anythingBut(want, got, there)
	}
	fits, known := textFilters[kind]
	wanted, wantText := want.(string)
	if !known || !wantText {
		return false, fmt.Errorf("event pattern: the stand-in for EventBridge does not know the filter %q", kind)
	}
	text, isText := got.(string)
	return there && isText && fits(text, wanted), nil
}

// anythingBut tells whether a value is there, and is not one of the unwanted.
func anythingBut(unwanted, got any, there bool) (bool, error) {
	list, isList := unwanted.([]any)
	if !isList {
		list = []any{unwanted}
	}
	for _, item := range list {
		if _, nested := item.(map[string]any); nested {
			return false, errors.New("event pattern: the stand-in for EventBridge knows anything-but of values only")
		}
	}
	return there && !slices.Contains(list, got), nil
}

// textFilters tell whether a text fits the text that a filter wants.
var textFilters = map[string]func(text, wanted string) bool{
	"prefix":             strings.HasPrefix,
	"suffix":             strings.HasSuffix,
	"equals-ignore-case": strings.EqualFold,
	"wildcard":           func(text, wanted string) bool { return wildcard(strings.Split(wanted, "*"), text) },
}

// wildcard tells whether the text is the parts with anything between them.
func wildcard(parts []string, text string) bool {
	if len(parts) == 1 {
		return text == parts[0]
	}
	text, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}
