package roles

import (
	"encoding/json"
	"fmt"
)

// Actions returns what the policies of a variant's roles allow, by the role's name: actions, or patterns of some.
func Actions(variant string) (map[string][]string, error) {
	text, err := files.ReadFile(variant + ".json")
	if err != nil {
		return nil, fmt.Errorf("no variant %q of the roles", variant)
	}
	var file struct {
		Roles map[string]struct {
			Policies map[string]struct {
				Statement []struct{ Action actions }
			}
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("roles of variant %s: %w", variant, err)
	}
	all := map[string][]string{}
	for name, r := range file.Roles {
		for _, p := range r.Policies {
			for _, s := range p.Statement {
				all[name] = append(all[name], s.Action...)
			}
		}
	}
	return all, nil
}

// actions are one or several.
type actions []string

// UnmarshalJSON implements [json.Unmarshaler].
func (a *actions) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*a = actions{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(a))
}
