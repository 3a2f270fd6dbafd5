package template

import (
	"encoding/base64"
	"slices"
	"strings"
)

// An Unknown is a value that is known only after a resource is made.
type Unknown struct{}

// none is what {"Ref": "AWS::NoValue"} stands for: the member is left out.
type none struct{}

// A Scope gives values to names. Parameters and pseudo parameters are its own; Ref and
// Attribute are asked for resources.
type Scope struct {
	Template   *Template
	Parameters map[string]any // string, or []any for lists
	Pseudo     map[string]any // by name, such as AWS::Region
	Zones      []any          // what Fn::GetAZs gives for the region
	Ref        func(id string) (any, error)
	Attribute  func(id, name string) (any, error)
}

// supported are the functions that values may call; rules have some more.
func supported() []string {
	return []string{
		"Fn::And", "Fn::Base64", "Fn::Equals", "Fn::FindInMap", "Fn::GetAZs", "Fn::GetAtt", "Fn::If", "Fn::Join", "Fn::Not", "Fn::Or",
		"Fn::Select", "Fn::Split", "Fn::Sub",
	}
}

// checkFunctions refuses functions that this stand-in does not have, wherever they are.
func checkFunctions(v any) error {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if err := checkFunctions(item); err != nil {
				return err
			}
		}
	case map[string]any:
		for key, item := range v {
			if strings.HasPrefix(key, "Fn::") && !slices.Contains(supported(), key) {
				return errorf("Template error: Encountered unsupported function: %s Supported functions of this stand-in are: [%s]",
					key, strings.Join(supported(), ", "))
			}
			if strings.HasPrefix(key, "Fn::") && len(v) > 1 {
				return errorf("Template format error: %s must be the only member of its object", key)
			}
			if err := checkFunctions(item); err != nil {
				return err
			}
		}
	}
	return nil
}

// Evaluate returns the value with all functions called. What depends on an [Unknown] is one.
func (s *Scope) Evaluate(v any) (any, error) {
	switch v := v.(type) {
	case []any:
		list := make([]any, 0, len(v))
		for _, item := range v {
			value, err := s.Evaluate(item)
			if err != nil {
				return nil, err
			}
			if value != (none{}) {
				list = append(list, value)
			}
		}
		return list, nil
	case map[string]any:
		if name, arg, ok := call(v); ok {
			return s.call(name, arg)
		}
		m := make(map[string]any, len(v))
		for key, item := range v {
			value, err := s.Evaluate(item)
			if err != nil {
				return nil, err
			}
			if value != (none{}) {
				m[key] = value
			}
		}
		return m, nil
	default:
		return v, nil
	}
}

func (s *Scope) call(name string, arg any) (any, error) {
	switch name {
	case "Ref":
		text, _ := arg.(string)
		return s.ref(text)
	case "Condition", "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not", "Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn":
		return s.truth(map[string]any{name: arg})
	case "Fn::GetAtt":
		id, attribute, ok := attributeOf(arg)
		if !ok {
			return nil, errorf("Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute")
		}
		return s.Attribute(id, attribute)
	case "Fn::If":
		return s.choose(arg)
	case "Fn::Sub":
		return s.substitute(arg)
	case "Fn::FindInMap":
		return s.find(arg)
	case "Fn::GetAZs":
		return s.zones(arg)
	}
	value, err := s.Evaluate(arg)
	if err != nil || unknown(value) {
		return value, err
	}
	switch name {
	case "Fn::Join":
		return join(value)
	case "Fn::Select":
		return selectOne(value)
	case "Fn::Split":
		return split(value)
	case "Fn::Base64":
		text, ok := scalar(value)
		if !ok {
			return nil, errorf("Template error: every Fn::Base64 object must have a String-typed value.")
		}
		return base64.StdEncoding.EncodeToString([]byte(text)), nil
	default:
		return nil, errorf("Template error: Encountered unsupported function: %s", name)
	}
}

func (s *Scope) ref(name string) (any, error) {
	if name == noValueName {
		return none{}, nil
	}
	if v, ok := s.Pseudo[name]; ok {
		return v, nil
	}
	if v, ok := s.Parameters[name]; ok {
		return v, nil
	}
	if s.Ref == nil {
		return nil, errorf("Template format error: Unresolved dependencies [%s]. Cannot reference resources here", name)
	}
	return s.Ref(name)
}
