package mirrorstack

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Setting is one value of the CDK context.
type Setting struct {
	Name string
	What string // what it is, in a few words, as documentation has it
	set  func(p *Props, value string) error
	get  func(p *Props) string
}

// Settings returns all settings, in the order in which they are documented.
func Settings() []Setting {
	return slices.Concat(placeSettings(), jobSettings(), triggerSettings(), registrySettings(), watchSettings())
}

// Default returns the setting's value where the context has none.
func (s Setting) Default() string {
	p := DefaultProps()
	return s.get(&p)
}

// FromContext returns the Props that a CDK context asks for, beginning with defaults. Keys
// with a colon or an @ are CDK's own; any other that is no setting is an error, and so is a
// value that does not fit.
func FromContext(defaults Props, context map[string]any) (Props, error) {
	p := defaults
	known := map[string]Setting{}
	for _, s := range Settings() {
		known[s.Name] = s
	}
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(context)) {
		s, ok := known[key]
		switch {
		case strings.ContainsAny(key, ":@"):
		case !ok:
			errs = append(errs, fmt.Errorf("setting %s does not exist: there are %s", key, strings.Join(slices.Sorted(maps.Keys(known)), ", ")))
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
		var parts []string
		for _, e := range v {
			parts = append(parts, text(e))
		}
		return strings.Join(parts, ",")
	case map[string]any:
		if doc, err := json.Marshal(v); err == nil {
			return string(doc)
		}
	}
	return fmt.Sprint(value)
}

// stringly makes a setting of anything that is a string.
func stringly[T ~string](name, what string, field func(*Props) *T) Setting {
	return Setting{
		Name: name, What: what,
		set: func(p *Props, v string) error { *field(p) = T(v); return nil },
		get: func(p *Props) string { return string(*field(p)) },
	}
}

func list(name, what string, field func(*Props) *[]string) Setting {
	return Setting{
		Name: name, What: what,
		set: func(p *Props, v string) error { *field(p) = split(v); return nil },
		get: func(p *Props) string { return strings.Join(*field(p), ",") },
	}
}

func split(v string) (parts []string) {
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func boolean(name, what string, field func(*Props) *bool) Setting {
	return Setting{
		Name: name, What: what,
		set: func(p *Props, v string) error {
			b, err := strconv.ParseBool(v)
			if err != nil {
				return errors.New("must be true or false")
			}
			*field(p) = b
			return nil
		},
		get: func(p *Props) string { return strconv.FormatBool(*field(p)) },
	}
}

func integer(name, what string, field func(*Props) *int) Setting {
	return Setting{
		Name: name, What: what,
		set: func(p *Props, v string) error {
			n, err := strconv.Atoi(v)
			if err != nil {
				return errors.New("must be a whole number")
			}
			*field(p) = n
			return nil
		},
		get: func(p *Props) string { return strconv.Itoa(*field(p)) },
	}
}

func duration(name, what string, field func(*Props) *time.Duration) Setting {
	return Setting{
		Name: name, What: what,
		set: func(p *Props, v string) error {
			d, err := time.ParseDuration(v)
			if err != nil {
				return errors.New("must be a duration like 90m or 6h")
			}
			*field(p) = d
			return nil
		},
		get: func(p *Props) string { return shortDuration(*field(p)) },
	}
}

// shortDuration leaves out what is nought: 6h, not 6h0m0s.
func shortDuration(d time.Duration) string {
	s := d.String()
	if d%time.Minute == 0 {
		s = strings.TrimSuffix(s, "0s")
	}
	if d%time.Hour == 0 {
		s = strings.TrimSuffix(s, "0m")
	}
	if s == "" {
		return "0"
	}
	return s
}
