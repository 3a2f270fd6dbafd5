// Package template reads CloudFormation templates: their parts, the order in which resources
// can be made, and the values of intrinsic functions. It knows nothing of stacks and resource types.
//
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
// Messages are CloudFormation's where they are known; those that name "this stand-in" are ours.
package template

import (
	"encoding/json"
	"fmt"
)

// A Template is a parsed one. Values keep their JSON form; numbers are [json.Number].
type Template struct {
	Version     string `json:"AWSTemplateFormatVersion"`
	Description string
	Metadata    map[string]any
	Parameters  map[string]Parameter
	Mappings    map[string]map[string]map[string]any
	Conditions  map[string]any
	Rules       map[string]Rule
	Resources   map[string]Resource
	Outputs     map[string]Output
}

// A Resource is one that the template declares.
type Resource struct {
	Type                string
	Properties          map[string]any
	Metadata            map[string]any
	Condition           string
	DependsOn           names
	DeletionPolicy      string
	UpdateReplacePolicy string
}

// An Output is a value that a stack tells.
type Output struct {
	Description string
	Value       any
	Condition   string
	Export      *struct{ Name any }
}

// names is a list of strings that may be written as one string.
type names []string

func (n *names) UnmarshalJSON(doc []byte) error {
	var one string
	if json.Unmarshal(doc, &one) == nil {
		*n = names{one}
		return nil
	}
	return json.Unmarshal(doc, (*[]string)(n))
}

// errorf is a refusal in CloudFormation's own words, which begin with a capital letter.
func errorf(format string, args ...any) error { return fmt.Errorf(format, args...) }

// A Parameter is a value that a stack is given.
type Parameter struct {
	Type                  string
	Default               any
	Description           string
	NoEcho                any
	AllowedValues         []any
	AllowedPattern        string
	ConstraintDescription string
	MinLength, MaxLength  json.Number
	MinValue, MaxValue    json.Number
}

// A Rule says what the parameters of a stack must be.
//
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
type Rule struct {
	RuleCondition any
	Assertions    []struct {
		Assert            any
		AssertDescription string
	}
}
