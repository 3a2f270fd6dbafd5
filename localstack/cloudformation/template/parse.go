package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// logicalID is the form of the names of a template's members.
var logicalID = regexp.MustCompile(`^[A-Za-z0-9]{1,255}$`)

// Parse reads a template in JSON and checks what can be checked without knowing resource types:
// that all it refers to is there, and that nothing depends on itself.
func Parse(body string) (*Template, error) {
	if !strings.HasPrefix(strings.TrimSpace(body), "{") {
		return nil, errors.New("Template format error: this stand-in reads templates in JSON and not in YAML")
	}
	t := &Template{}
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	d.DisallowUnknownFields()
	if err := d.Decode(t); err != nil {
		return nil, malformed(body, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("Template format error: JSON not well-formed.") //nolint:staticcheck,revive // CloudFormation's words
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	_, err := t.Order()
	return t, err
}

// malformed tells where a template is not JSON, or which member templates do not have.
func malformed(body string, err error) error {
	offset := -1
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		offset = min(int(syntax.Offset), len(body))
	case errors.Is(err, io.ErrUnexpectedEOF):
		offset = len(body)
	}
	if offset >= 0 {
		before := []byte(body[:offset])
		line := bytes.Count(before, []byte("\n")) + 1
		column := len(before) - bytes.LastIndexByte(before, '\n') - 1
		return fmt.Errorf("Template format error: JSON not well-formed. (line %d, column %d)", line, column)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("Invalid template property or properties [%s]", //nolint:staticcheck // CloudFormation's words
			strings.Trim(name, `"`))
	}
	return fmt.Errorf("Template format error: %w", err)
}

// check looks at names, policies and what refers to what.
func (t *Template) check() error {
	if len(t.Resources) == 0 {
		return errorf("Template format error: At least one Resources member must be defined.")
	}
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		if err := t.checkResource(id); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Outputs)) {
		o := t.Outputs[name]
		switch {
		case !logicalID.MatchString(name):
			return errorf("Template format error: Output name '%s' is non alphanumeric.", name)
		case o.Value == nil:
			return errorf("Template format error: Every Outputs member must contain a Value object")
		case o.Export != nil:
			return errorf("Template error: output %s: this stand-in has no exports", name)
		}
		if err := t.checkValue("Outputs block", o.Value, o.Condition); err != nil {
			return err
		}
	}
	return t.checkConditions()
}

// checkConditions makes sure that no condition is made of itself.
func (t *Template) checkConditions() error {
	waiting := map[string][]reference{}
	for _, name := range slices.Sorted(maps.Keys(t.Conditions)) {
		if err := t.checkValue("Conditions block", t.Conditions[name], ""); err != nil {
			return err
		}
		waiting[name] = references(t.Conditions[name])
	}
	for len(waiting) > 0 {
		before := len(waiting)
		for name, on := range waiting {
			if !slices.ContainsFunc(on, func(r reference) bool { _, is := waiting[r.name]; return is && r.condition }) {
				delete(waiting, name)
			}
		}
		if len(waiting) == before {
			return errorf("Template validation error: Circular dependency between conditions: [%s]",
				strings.Join(slices.Sorted(maps.Keys(waiting)), ", "))
		}
	}
	return nil
}

func (t *Template) checkResource(id string) error {
	r := t.Resources[id]
	switch {
	case !logicalID.MatchString(id):
		return errorf("Template format error: Resource name '%s' is non alphanumeric.", id)
	case r.Type == "":
		return errorf("Template format error: Every Resources object must contain a Type member.")
	case !slices.Contains([]string{"", "Delete", "Retain", "RetainExceptOnCreate", "Snapshot"}, r.DeletionPolicy):
		return errorf("Template format error: Unrecognized DeletionPolicy %s for resource %s", r.DeletionPolicy, id)
	case !slices.Contains([]string{"", "Delete", "Retain", "Snapshot"}, r.UpdateReplacePolicy):
		return errorf("Template format error: Unrecognized UpdateReplacePolicy %s for resource %s",
			r.UpdateReplacePolicy, id)
	case r.DeletionPolicy == "Snapshot" || r.UpdateReplacePolicy == "Snapshot":
		return errorf("Template error: resource %s: this stand-in takes no snapshots", id)
	}
	for _, on := range r.DependsOn {
		if _, ok := t.Resources[on]; !ok {
			return errorf("Template format error: Unresolved resource dependencies [%s] in the Resources block of "+
				"the template", on)
		}
	}
	return t.checkValue("Resources block", r.Properties, r.Condition)
}

// checkValue checks that what a value, and a condition beside it, refers to is in the template.
func (t *Template) checkValue(where string, v any, condition string) error {
	if err := checkFunctions(v); err != nil {
		return err
	}
	all := references(v)
	if condition != "" {
		all = append(all, reference{name: condition, condition: true})
	}
	for _, r := range all {
		_, isParameter := t.Parameters[r.name]
		_, isResource := t.Resources[r.name]
		_, isCondition := t.Conditions[r.name]
		switch {
		case r.condition && !isCondition:
			return errorf("Template format error: Unresolved condition dependency %s in the %s of the template", r.name,
				where)
		case r.condition, isParameter && r.attribute == "":
		case r.attribute != "" && !isResource:
			return errorf("Template error: instance of Fn::GetAtt references undefined resource %s", r.name)
		case isResource && where == "Conditions block":
			return errorf("Template error: Conditions can only refer to parameters, not to the resource %s", r.name)
		case isResource, slices.Contains(pseudoNames, r.name):
		default:
			return errorf("Template format error: Unresolved resource dependencies [%s] in the %s of the template",
				r.name, where)
		}
	}
	return nil
}

// supported are the functions that values may call; rules have some more.
func supported() []string {
	return []string{
		"Fn::And", "Fn::Base64", "Fn::Equals", "Fn::FindInMap", "Fn::GetAZs", "Fn::GetAtt", "Fn::If", "Fn::Join",
		"Fn::Not", "Fn::Or",
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
				return errorf("Template error: Encountered unsupported function: %s Supported functions of this "+
					"stand-in are: [%s]",
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
