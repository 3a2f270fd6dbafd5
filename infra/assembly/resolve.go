package assembly

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Place is where a stack is deployed.
type Place struct {
	Account, Region, Partition string
	Zones                      []string // names of the region's zones, in order; may be empty
}

// Suffix returns the DNS suffix of AWS's services there.
func (p Place) Suffix() string {
	if p.Partition == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// Resolve returns a value of the template as CloudFormation makes it at the place: without
// intrinsic functions. A resource that CloudFormation names has a name of the form and the
// length that it will have. An intrinsic function that this does not know is an error.
func (s Stack) Resolve(value any, p Place) (any, error) {
	switch v := value.(type) {
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			var err error
			if list[i], err = s.Resolve(e, p); err != nil {
				return nil, err
			}
		}
		return list, nil
	case map[string]any:
		for key, argument := range v {
			if len(v) == 1 && (key == "Ref" || strings.HasPrefix(key, "Fn::")) {
				return s.intrinsic(key, argument, p)
			}
		}
		m := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			e, err := s.Resolve(v[key], p)
			if err != nil {
				return nil, err
			}
			m[key] = e
		}
		return m, nil
	}
	return value, nil
}

// Text resolves a value that is text; numbers and truths are written out.
func (s Stack) Text(value any, p Place) (string, error) {
	v, err := s.Resolve(value, p)
	switch v := v.(type) {
	case string:
		return v, err
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), err
	case bool:
		return strconv.FormatBool(v), err
	case nil:
		return "", err
	}
	return "", fmt.Errorf("%v is no text", v)
}

func (s Stack) intrinsic(name string, argument any, p Place) (any, error) {
	if name == "Ref" {
		id, _ := argument.(string)
		return s.ref(id, p)
	}
	if text, ok := argument.(string); ok && name == "Fn::Sub" {
		return s.sub(text, p)
	}
	argument, err := s.Resolve(argument, p)
	if err != nil {
		return nil, err
	}
	list, _ := argument.([]any)
	switch {
	case name == "Fn::GetAZs":
		zones := make([]any, len(p.Zones))
		for i, z := range p.Zones {
			zones[i] = z
		}
		return zones, nil
	case name == "Fn::GetAtt" && len(list) == 2:
		return s.attribute(fmt.Sprint(list[0]), fmt.Sprint(list[1]), p)
	case name == "Fn::Join" && len(list) == 2:
		return join(list)
	case name == "Fn::Select" && len(list) == 2:
		return choose(list)
	case name == "Fn::Split" && len(list) == 2:
		var parts []any
		for part := range strings.SplitSeq(fmt.Sprint(list[1]), fmt.Sprint(list[0])) {
			parts = append(parts, part)
		}
		return parts, nil
	}
	return nil, fmt.Errorf("the template has %s, which is not known here", name)
}

func join(list []any) (any, error) {
	elements, ok := list[1].([]any)
	if !ok {
		return nil, fmt.Errorf("the template joins %v, which is no list", list[1])
	}
	var parts []string
	for _, e := range elements {
		parts = append(parts, fmt.Sprint(e))
	}
	return strings.Join(parts, fmt.Sprint(list[0])), nil
}

func choose(list []any) (any, error) {
	elements, _ := list[1].([]any)
	i, err := strconv.Atoi(fmt.Sprint(list[0]))
	if err != nil || i < 0 || i >= len(elements) {
		return nil, fmt.Errorf("the template chooses number %v of %d", list[0], len(elements))
	}
	return elements[i], nil
}

var placeholder = regexp.MustCompile(`\$\{[^}]+\}`)

func (s Stack) sub(text string, p Place) (any, error) {
	var failed error
	result := placeholder.ReplaceAllStringFunc(text, func(m string) string {
		id, attribute, ok := strings.Cut(m[2:len(m)-1], ".")
		value, err := s.ref(id, p)
		if ok {
			value, err = s.attribute(id, attribute, p)
		}
		if err != nil {
			failed = err
		}
		return fmt.Sprint(value)
	})
	return result, failed
}
