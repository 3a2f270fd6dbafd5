package template

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Pseudo parameters, by name.
const (
	noValueName = "AWS::NoValue"
	pseudo      = "AWS::"
)

var pseudoNames = []string{
	"AWS::AccountId", noValueName, "AWS::NotificationARNs", "AWS::Partition", "AWS::Region", "AWS::StackId",
	"AWS::StackName", "AWS::URLSuffix",
}

// call returns the function that a value is a call of, and its argument; false for plain values.
func call(v any) (name string, arg any, ok bool) {
	m, isMap := v.(map[string]any)
	if !isMap || len(m) != 1 {
		return "", nil, false
	}
	for name, arg = range m {
	}
	return name, arg, name == "Ref" || name == "Condition" && isString(arg) || strings.HasPrefix(name, "Fn::")
}

func isString(v any) bool {
	_, ok := v.(string)
	return ok
}

// variable is a ${...} of Fn::Sub, and ${!...} a literal one.
var variable = regexp.MustCompile(`\$\{([^}]*)\}`)

// A reference is a use of a parameter, a resource or its attribute, or a condition.
type reference struct {
	name      string
	attribute string // "" for Ref
	condition bool
}

// references returns all that a value refers to.
func references(v any) []reference {
	switch v := v.(type) {
	case []any:
		var all []reference
		for _, item := range v {
			all = append(all, references(item)...)
		}
		return all
	case map[string]any:
		if name, arg, ok := call(v); ok {
			return referencesOfCall(name, arg)
		}
		var all []reference
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, references(v[key])...)
		}
		return all
	default:
		return nil
	}
}

func referencesOfCall(name string, arg any) []reference {
	switch name {
	case "Ref":
		text, _ := arg.(string)
		return []reference{{name: text}}
	case "Condition":
		text, _ := arg.(string)
		return []reference{{name: text, condition: true}}
	case "Fn::GetAtt":
		id, attribute, _ := attributeOf(arg)
		return []reference{{name: id, attribute: attribute}}
	case "Fn::If":
		list, _ := arg.([]any)
		if len(list) > 0 && isString(list[0]) {
			text, _ := list[0].(string)
			return append(references(list[1:]), reference{name: text, condition: true})
		}
		return references(arg)
	case "Fn::Sub":
		return referencesOfText(arg)
	default:
		return references(arg)
	}
}

// referencesOfText returns what an argument of Fn::Sub refers to.
func referencesOfText(arg any) []reference {
	text, own, _ := substitution(arg)
	all := references(own)
	for _, m := range variable.FindAllStringSubmatch(text, -1) {
		if _, given := own[m[1]]; given || strings.HasPrefix(m[1], "!") {
			continue
		}
		id, attribute, _ := strings.Cut(m[1], ".")
		all = append(all, reference{name: id, attribute: attribute})
	}
	return all
}

// attributeOf splits the argument of Fn::GetAtt.
func attributeOf(arg any) (id, attribute string, ok bool) {
	if text, isText := arg.(string); isText {
		return strings.Cut(text, ".")
	}
	list, _ := arg.([]any)
	if len(list) != 2 {
		return "", "", false
	}
	id, ok = list[0].(string)
	attribute, text := list[1].(string)
	return id, attribute, ok && text
}

// substitution splits the argument of Fn::Sub into its text and its own variables.
func substitution(arg any) (text string, own map[string]any, ok bool) {
	if text, ok = arg.(string); ok {
		return text, nil, true
	}
	list, _ := arg.([]any)
	if len(list) != 2 {
		return "", nil, false
	}
	text, ok = list[0].(string)
	own, isMap := list[1].(map[string]any)
	return text, own, ok && isMap
}
