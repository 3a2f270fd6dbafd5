package iam

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Policy is a parsed policy document.
type Policy struct {
	name       string
	statements []statement
}

// A statement is one of a policy's.
type statement struct {
	sid        string
	deny       bool
	principals *principals // nil in an identity's policy
	actions    patterns
	resources  patterns // none in a resource's policy
	conditions []condition
	unknown    string // what of it this package does not know; "" if it knows all
}

// Parse reads a policy document. The name, such as "DefaultPolicy", is for decisions. A
// text that IAM would refuse as malformed is an error. What IAM may know and this package
// does not is none: it makes [Evaluate] deny what the statement concerns.
func Parse(name, text string) (*Policy, error) {
	var document map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		return nil, fmt.Errorf("policy %s: %w", name, err)
	}
	p := &Policy{name: name}
	for element, value := range document {
		switch element {
		case "Version":
			// The older version knows no policy variables, and without one it is meant. Here there are
			// none in either.
			if v := string(value); v != `"2012-10-17"` && v != `"2008-10-17"` {
				return nil, fmt.Errorf("policy %s: there is no version %s", name, v)
			}
		case "Id", "Statement":
		default:
			return nil, fmt.Errorf("policy %s: a policy has no element %q", name, element)
		}
	}
	list, err := listOf[map[string]json.RawMessage](document["Statement"])
	if err != nil || len(list) == 0 {
		return nil, fmt.Errorf("policy %s: no statements", name)
	}
	for i, elements := range list {
		s, err := parseStatement(elements)
		if err != nil {
			return nil, fmt.Errorf("policy %s: statement %d: %w", name, i+1, err)
		}
		if s.sid == "" {
			s.sid = fmt.Sprintf("statement %d", i+1)
		}
		p.statements = append(p.statements, s)
	}
	return p, nil
}

// parseStatement reads the elements of a statement, in the order of their names so that
// what is unknown is always told alike.
func parseStatement(elements map[string]json.RawMessage) (s statement, err error) {
	var names []string
	for name := range elements {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := s.take(name, elements[name]); err != nil {
			return s, fmt.Errorf("%s: %w", name, err)
		}
	}
	switch {
	case elements["Effect"] == nil:
		return s, errors.New("no Effect")
	case len(s.actions.list) == 0:
		return s, errors.New("no Action")
	}
	return s, nil
}

func (s *statement) take(element string, value json.RawMessage) (err error) {
	switch element {
	case "Sid":
		return json.Unmarshal(value, &s.sid)
	case "Effect":
		s.deny = string(value) == `"Deny"`
		if !s.deny && string(value) != `"Allow"` {
			return fmt.Errorf("is %s", value)
		}
		return nil
	case "Action", "NotAction":
		return s.actions.take(value, element == "NotAction")
	case "Resource", "NotResource":
		return s.resources.take(value, element == "NotResource", &s.unknown)
	case "Principal", "NotPrincipal":
		if s.principals != nil {
			return errors.New("stands beside its opposite")
		}
		s.principals = &principals{negated: element == "NotPrincipal"}
		return s.principals.take(value, &s.unknown)
	case "Condition":
		s.conditions, err = parseConditions(value, &s.unknown)
		return err
	}
	note(&s.unknown, "the element "+element)
	return nil
}

// note remembers the first thing that is not known.
func note(unknown *string, what string) {
	if *unknown == "" {
		*unknown = what
	}
}

// variable notes a policy variable, which here is never filled in.
func variable(unknown *string, text string) {
	if strings.Contains(text, "${") {
		note(unknown, "the policy variable in "+text)
	}
}

// listOf reads a list that may be one member without brackets.
func listOf[T any](value json.RawMessage) ([]T, error) {
	var list []T
	if json.Unmarshal(value, &list) == nil {
		return list, nil
	}
	var one T
	if err := json.Unmarshal(value, &one); err != nil {
		return nil, err
	}
	return []T{one}, nil
}
