package template

// Holds tells whether the condition of that name holds; "" always does.
func (s *Scope) Holds(name string) (bool, error) {
	if name == "" {
		return true, nil
	}
	return s.condition(name)
}

// truth evaluates an expression of the template's conditions and rules.
func (s *Scope) truth(v any) (bool, error) {
	name, arg, ok := call(v)
	if !ok {
		return false, errorf("Template format error: Conditions can only be boolean operations on parameters and " +
			"other conditions")
	}
	list, _ := arg.([]any)
	switch name {
	case "Condition":
		text, _ := arg.(string)
		return s.condition(text)
	case "Fn::Not":
		if len(list) != 1 {
			return false, errorf("Template error: every Fn::Not object requires exactly one boolean parameter")
		}
		holds, err := s.truth(list[0])
		return !holds, err
	case "Fn::And", "Fn::Or":
		if len(list) < 2 || len(list) > 10 {
			return false, errorf("Template error: every %s object requires a list of at least 2 and at most 10 "+
				"boolean parameters", name)
		}
		return s.all(list, name == "Fn::And")
	default:
		return s.compare(name, list)
	}
}

// condition evaluates the condition of that name.
func (s *Scope) condition(name string) (bool, error) {
	expression, ok := s.Template.Conditions[name]
	if !ok {
		return false, errorf("Template format error: Unresolved condition dependency %s", name)
	}
	return s.truth(expression)
}

// all tells whether all of the expressions hold, or for want false, whether one does.
func (s *Scope) all(list []any, want bool) (bool, error) {
	for _, item := range list {
		holds, err := s.truth(item)
		if err != nil || holds != want {
			return holds, err
		}
	}
	return want, nil
}

// compare evaluates the functions that compare two values.
func (s *Scope) compare(name string, list []any) (bool, error) {
	if len(list) != 2 {
		return false, errorf("Template error: every %s object requires a list of 2 parameters", name)
	}
	value, err := s.Evaluate(list)
	if err != nil {
		return false, err
	}
	pair, _ := value.([]any)
	if len(pair) != 2 {
		return false, errorf("Template error: every %s object requires a list of 2 parameters", name)
	}
	left, right := texts(pair[0]), texts(pair[1])
	switch name {
	case "Fn::Equals":
		return len(left) == 1 && len(right) == 1 && left[0] == right[0], nil
	case "Fn::Contains": // the list has the value
		return len(right) == 1 && within(right, left), nil
	case "Fn::EachMemberIn": // each of the first is one of the second
		return within(left, right), nil
	case "Fn::EachMemberEquals": // each of the first is the second
		return len(right) == 1 && within(left, right), nil
	default:
		return false, errorf("Template error: this stand-in does not have %s in conditions and rules", name)
	}
}

func within(items, list []string) bool {
	for _, item := range items {
		found := false
		for _, other := range list {
			found = found || item == other
		}
		if !found {
			return false
		}
	}
	return true
}

// texts is a value, or the items of a list, as text.
func texts(v any) []string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	out := []string{}
	for _, item := range list {
		if text, ok := scalar(item); ok {
			out = append(out, text)
		}
	}
	return out
}
