package assembly

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A Statement is one of a role's policies, resolved. It has what a question about it takes.
type Statement struct {
	Sid       string
	Effect    string
	Actions   []string
	Resources []string
	Condition map[string]map[string]any
}

// A Role is a role of the stack with all that its policies say.
type Role struct {
	ID         string
	Policies   []string // documents, as IAM takes them
	Statements []Statement
}

// Role returns a role of the stack at a place.
func (s Stack) Role(id string, p Place) (Role, error) {
	role := Role{ID: id}
	var documents []any
	if inline, ok := s.Resources[id].Properties["Policies"].([]any); ok {
		for _, policy := range inline {
			if m, ok := policy.(map[string]any); ok {
				documents = append(documents, m["PolicyDocument"])
			}
		}
	}
	for _, policy := range s.OfType("AWS::IAM::Policy") {
		properties := s.Resources[policy].Properties
		if roles, ok := properties["Roles"].([]any); ok && slices.ContainsFunc(roles,
			func(v any) bool { return ReferredTo(v) == id }) {
			documents = append(documents, properties["PolicyDocument"])
		}
	}
	for _, d := range documents {
		if err := s.addPolicy(&role, d, p); err != nil {
			return Role{}, fmt.Errorf("reading the policies of %s: %w", id, err)
		}
	}
	return role, nil
}

func (s Stack) addPolicy(role *Role, document any, p Place) error {
	resolved, err := s.Resolve(document, p)
	if err != nil {
		return err
	}
	text, err := json.Marshal(resolved)
	if err != nil {
		return err
	}
	var policy struct {
		Statement []struct {
			Sid, Effect      string
			Action, Resource oneOrMore
			Condition        map[string]map[string]any
		}
	}
	if err := json.Unmarshal(text, &policy); err != nil {
		return err
	}
	role.Policies = append(role.Policies, string(text))
	for _, st := range policy.Statement {
		role.Statements = append(role.Statements, Statement{st.Sid, st.Effect, st.Action, st.Resource, st.Condition})
	}
	return nil
}

// oneOrMore is a string or a list of strings, as policies may have either.
type oneOrMore []string

func (o *oneOrMore) UnmarshalJSON(doc []byte) error {
	if strings.HasPrefix(string(doc), "[") {
		return json.Unmarshal(doc, (*[]string)(o))
	}
	var one string
	err := json.Unmarshal(doc, &one)
	*o = []string{one}
	return err
}

// ReferredTo returns the logical id that a Ref or Fn::GetAtt names, "" for any other value.
func ReferredTo(value any) string {
	m, _ := value.(map[string]any)
	if id, ok := m["Ref"].(string); ok {
		return id
	}
	if list, ok := m["Fn::GetAtt"].([]any); ok && len(list) == 2 {
		id, _ := list[0].(string)
		return id
	}
	return ""
}
