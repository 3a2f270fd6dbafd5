package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// All returns all settings, in the order in which they are documented.
func All() []Setting {
	return slices.Concat(placeSettings(), jobSettings(), triggerSettings(), registrySettings(), watchSettings())
}

// FromContext returns the Props that a CDK context asks for, beginning with defaults. Keys
// with a colon or an @ are CDK's own; any other that is no setting is an error, and so is a
// value that does not fit.
func FromContext(defaults Props, context map[string]any) (Props, error) {
	p := defaults
	known := map[string]Setting{}
	for _, s := range All() {
		known[s.Name] = s
	}
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(context)) {
		s, ok := known[key]
		switch {
		case strings.ContainsAny(key, ":@"):
		case !ok:
			errs = append(errs, fmt.Errorf("setting %s does not exist: there are %s", key,
				strings.Join(slices.Sorted(maps.Keys(known)), ", ")))
		default:
			if err := s.set(&p, text(context[key])); err != nil {
				errs = append(errs, fmt.Errorf("setting %s is %q: %w", key, text(context[key]), err))
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return p, err
	}
	return p, p.Validate()
}

// text returns a value of the context as the command line would have it.
func text(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		if slices.ContainsFunc(v, isObject) {
			return document(v)
		}
		var parts []string
		for _, e := range v {
			parts = append(parts, text(e))
		}
		return strings.Join(parts, ",")
	case map[string]any:
		return document(v)
	}
	return fmt.Sprint(value)
}

func isObject(value any) bool {
	_, is := value.(map[string]any)
	return is
}

// document returns a value that cdk.json has as JSON, not as a string with it.
func document(value any) string {
	doc, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value) // can't be: it was read from JSON
	}
	return string(doc)
}
