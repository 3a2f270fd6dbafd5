package template

import "strings"

// Evaluate returns the value with all functions called. What depends on an [Unknown] is one.
func (s *Scope) Evaluate(v any) (any, error) {
	switch v := v.(type) {
	case []any:
		return s.items(v)
	case map[string]any:
		if name, arg, ok := call(v); ok {
			return s.call(name, arg)
		}
		return s.members(v)
	default:
		return v, nil
	}
}

// items returns the list with all functions called, without the items that are [none].
func (s *Scope) items(list []any) (any, error) {
	out := make([]any, 0, len(list))
	for _, item := range list {
		value, err := s.Evaluate(item)
		if err != nil {
			return nil, err
		}
		if value != (none{}) {
			out = append(out, value)
		}
	}
	return out, nil
}

// members returns the object with all functions called, without the members that are [none].
func (s *Scope) members(object map[string]any) (any, error) {
	out := make(map[string]any, len(object))
	for key, item := range object {
		value, err := s.Evaluate(item)
		if err != nil {
			return nil, err
		}
		if value != (none{}) {
			out[key] = value
		}
	}
	return out, nil
}

// call calls a function. Those that need more of the scope than the value of their argument evaluate it themselves.
func (s *Scope) call(name string, arg any) (any, error) {
	switch name {
	case "Ref":
		text, _ := arg.(string)
		return s.ref(text)
	case "Condition", "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not", "Fn::Contains", "Fn::EachMemberEquals",
		"Fn::EachMemberIn":
		return s.truth(map[string]any{name: arg})
	case "Fn::GetAtt":
		return s.attribute(arg)
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
	function, ok := functions[name]
	if !ok {
		return nil, errorf("Template error: Encountered unsupported function: %s", name)
	}
	return function(value)
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

func (s *Scope) attribute(arg any) (any, error) {
	id, name, ok := attributeOf(arg)
	if !ok {
		return nil, errorf("Template error: every Fn::GetAtt object requires two non-empty parameters, the " +
			"resource name and the resource attribute")
	}
	return s.Attribute(id, name)
}

func (s *Scope) choose(arg any) (any, error) {
	list, _ := arg.([]any)
	if len(list) != 3 {
		return nil, errorf("Template error: Fn::If requires a list argument with three elements")
	}
	holds, err := s.truth(map[string]any{"Condition": list[0]})
	if err != nil {
		return nil, err
	}
	if holds {
		return s.Evaluate(list[1])
	}
	return s.Evaluate(list[2])
}

func (s *Scope) substitute(arg any) (any, error) {
	text, own, ok := substitution(arg)
	if !ok {
		return nil, errorf("Template error: One or more Fn::Sub intrinsic functions don't specify expected " +
			"arguments. " +
			"Specify a string as first argument, and an optional second argument to specify a mapping of values to " +
			"replace in the string")
	}
	var failure error
	isUnknown := false
	out := variable.ReplaceAllStringFunc(text, func(match string) string {
		name := strings.TrimSpace(match[2 : len(match)-1])
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			return "${" + literal + "}"
		}
		value, err := s.variable(name, own)
		if err != nil {
			failure = err
			return ""
		}
		isUnknown = isUnknown || unknown(value)
		part, ok := scalar(value)
		if !ok && !unknown(value) {
			failure = errorf("Template error: variable %s in Fn::Sub expression does not resolve to a string", name)
		}
		return part
	})
	if isUnknown && failure == nil {
		return Unknown{}, nil
	}
	return out, failure
}

// variable is the value of a ${name} of Fn::Sub.
func (s *Scope) variable(name string, own map[string]any) (any, error) {
	if v, ok := own[name]; ok {
		return s.Evaluate(v)
	}
	if id, attribute, ok := strings.Cut(name, "."); ok {
		return s.Attribute(id, attribute)
	}
	return s.ref(name)
}

func (s *Scope) find(arg any) (any, error) {
	value, err := s.Evaluate(arg)
	if err != nil {
		return nil, err
	}
	list, _ := value.([]any)
	keys := make([]string, 0, 3)
	for _, item := range list {
		text, _ := scalar(item)
		keys = append(keys, text)
	}
	if len(keys) != 3 {
		return nil, errorf("Template error: every Fn::FindInMap object requires three parameters, the map name, map " +
			"key and the attribute for return value")
	}
	found, ok := s.Template.Mappings[keys[0]][keys[1]][keys[2]]
	if !ok {
		return nil, errorf("Template error: Unable to get mapping for %s", strings.Join(keys, "::"))
	}
	return found, nil
}

func (s *Scope) zones(arg any) (any, error) {
	value, err := s.Evaluate(arg)
	if err != nil {
		return nil, err
	}
	if region, _ := scalar(value); region != "" && region != s.Pseudo["AWS::Region"] {
		return nil, errorf("Template error: Fn::GetAZs: this stand-in knows the zones of the stack's own region "+
			"alone, not those of %s", region)
	}
	return s.Zones, nil
}
