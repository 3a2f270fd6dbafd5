package template

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// functions are those that need the value of their argument alone.
var functions = map[string]func(value any) (any, error){
	"Fn::Base64": encode,
	"Fn::Join":   join,
	"Fn::Select": selectOne,
	"Fn::Split":  split,
}

func encode(value any) (any, error) {
	text, ok := scalar(value)
	if !ok {
		return nil, errorf("Template error: every Fn::Base64 object must have a String-typed value.")
	}
	return base64.StdEncoding.EncodeToString([]byte(text)), nil
}

func join(value any) (any, error) {
	list, _ := value.([]any)
	if len(list) != 2 {
		return nil, errorf("Template error: every Fn::Join object requires two parameters, (1) a string delimiter " +
			"and (2) a list of strings to be joined")
	}
	delimiter, ok := list[0].(string)
	items, isList := list[1].([]any)
	if !ok || !isList {
		return nil, errorf("Template error: every Fn::Join object requires two parameters, (1) a string delimiter " +
			"and (2) a list of strings to be joined")
	}
	parts := make([]string, len(items))
	for i, item := range items {
		if parts[i], ok = scalar(item); !ok {
			return nil, errorf("Template error: every value of a Fn::Join object must be a string")
		}
	}
	return strings.Join(parts, delimiter), nil
}

func selectOne(value any) (any, error) {
	list, _ := value.([]any)
	if len(list) != 2 {
		return nil, errorf("Template error: Fn::Select requires a list argument with two elements: an integer index " +
			"and a list")
	}
	text, _ := scalar(list[0])
	index, err := strconv.Atoi(text)
	items, ok := list[1].([]any)
	switch {
	case err != nil || !ok:
		return nil, errorf("Template error: Fn::Select requires a list argument with two elements: an integer index " +
			"and a list")
	case index < 0 || index >= len(items):
		return nil, errorf("Template error: Fn::Select cannot select nonexistent value at index %d", index)
	}
	return items[index], nil
}

func split(value any) (any, error) {
	list, _ := value.([]any)
	if len(list) != 2 {
		return nil, errorf("Template error: every Fn::Split object requires two parameters, (1) a string delimiter " +
			"and (2) a string to be split")
	}
	delimiter, ok := list[0].(string)
	text, isText := scalar(list[1])
	if !ok || !isText || delimiter == "" {
		return nil, errorf("Template error: every Fn::Split object requires two parameters, (1) a string delimiter " +
			"and (2) a string to be split")
	}
	var parts []any
	for _, part := range strings.Split(text, delimiter) {
		parts = append(parts, part)
	}
	return parts, nil
}

// Text writes a string, number or boolean as text.
func Text(v any) (string, bool) { return scalar(v) }

// scalar writes a string, number or boolean as text.
func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool, int:
		return fmt.Sprint(v), true
	default:
		return "", false
	}
}

// unknown tells whether some part of a value is [Unknown].
func unknown(v any) bool {
	switch v := v.(type) {
	case Unknown:
		return true
	case []any:
		return slices.ContainsFunc(v, unknown)
	case map[string]any:
		for _, item := range v {
			if unknown(item) {
				return true
			}
		}
	}
	return false
}
