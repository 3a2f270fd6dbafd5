package template

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// DefaultText is the parameter's default as text, and whether it has one.
func (p Parameter) DefaultText() (string, bool) { return scalar(p.Default) }

// Hidden tells whether the value is not to be shown (NoEcho).
func (p Parameter) Hidden() bool {
	text, _ := scalar(p.NoEcho)
	return text == "true"
}

// Stored returns the type of the value of an SSM parameter of which the stack's parameter gives the name.
func (p Parameter) Stored() (kind string, ok bool) {
	kind, ok = strings.CutPrefix(p.Type, "AWS::SSM::Parameter::Value<")
	return strings.TrimSuffix(kind, ">"), ok
}

// ParameterTexts returns the text of each parameter: what is given, or its default. Those
// that are missing, unknown or not as the template wants them are errors.
func (t *Template) ParameterTexts(given map[string]string) (map[string]string, error) {
	if err := t.checkNames(given); err != nil {
		return nil, err
	}
	var missing []string
	texts := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(t.Parameters)) {
		text, ok := given[name]
		if !ok {
			text, ok = t.Parameters[name].DefaultText()
		}
		if !ok {
			missing = append(missing, name)
		}
		texts[name] = text
	}
	if len(missing) > 0 {
		return nil, errorf("Parameters: [%s] must have values", strings.Join(missing, ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if err := t.Parameters[name].check(name, texts[name]); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// checkNames refuses parameters that the template does not have.
func (t *Template) checkNames(given map[string]string) error {
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if _, ok := t.Parameters[name]; !ok {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		return errorf("Parameters: [%s] do not exist in the template", strings.Join(unknown, ", "))
	}
	return nil
}

// Value is the value that a parameter's text stands for.
func (p Parameter) Value(text string) any {
	kind := p.Type
	if stored, ok := p.Stored(); ok {
		kind = stored
	}
	if kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<") {
		list := []any{}
		if text == "" {
			return list
		}
		for _, item := range strings.Split(text, ",") {
			list = append(list, strings.TrimSpace(item))
		}
		return list
	}
	return text
}

func (p Parameter) check(name, text string) error {
	switch {
	case p.Type == "":
		return errorf("Template format error: Every Parameters object must contain a Type member.")
	case !p.known():
		return errorf("Template format error: Unrecognized parameter type: %s", p.Type)
	case len(text) > 4096:
		return errorf("Parameter '%s' must have a length of 4096 bytes at most", name)
	case len(p.AllowedValues) > 0 && !slices.Contains(texts(p.AllowedValues), text):
		return p.refused(name, "must be one of AllowedValues")
	case number(p.MinLength, utf8.RuneCountInString(text)) > utf8.RuneCountInString(text):
		return p.refused(name, "must contain at least "+p.MinLength.String()+" characters")
	case number(p.MaxLength, utf8.RuneCountInString(text)) < utf8.RuneCountInString(text):
		return p.refused(name, "must contain at most "+p.MaxLength.String()+" characters")
	}
	if p.AllowedPattern != "" {
		pattern, err := regexp.Compile("^(?:" + p.AllowedPattern + ")$")
		if err != nil {
			return errorf("Template format error: Invalid AllowedPattern of parameter %s: %v", name, err)
		}
		if !pattern.MatchString(text) {
			return p.refused(name, "must match pattern "+p.AllowedPattern)
		}
	}
	return p.checkNumber(name, text)
}

func (p Parameter) checkNumber(name, text string) error {
	if p.Type != "Number" {
		return nil
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return p.refused(name, "must be a number")
	}
	if least, err := p.MinValue.Float64(); err == nil && value < least {
		return p.refused(name, "must be a number not less than "+p.MinValue.String())
	}
	if most, err := p.MaxValue.Float64(); err == nil && value > most {
		return p.refused(name, "must be a number not greater than "+p.MaxValue.String())
	}
	return nil
}

// refused is CloudFormation's refusal of a value, in the template's own words if it has some.
func (p Parameter) refused(name, why string) error {
	if p.ConstraintDescription != "" {
		return errorf("Parameter %s failed to satisfy constraint: %s", name, p.ConstraintDescription)
	}
	return errorf("Parameter '%s' %s", name, why)
}

// known tells whether this stand-in has the type: no AWS-specific ones, whose values would have to exist.
func (p Parameter) known() bool {
	kind := p.Type
	if stored, ok := p.Stored(); ok {
		kind = stored
	}
	return slices.Contains([]string{"String", "Number", "CommaDelimitedList", "List<Number>", "List<String>"}, kind)
}

func number(n json.Number, otherwise int) int {
	if value, err := strconv.Atoi(n.String()); err == nil {
		return value
	}
	return otherwise
}
