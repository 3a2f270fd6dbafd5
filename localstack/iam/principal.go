package iam

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
)

// principals are the values of Principal, or of its opposite.
type principals struct {
	aws, services []string
	negated       bool
}

var rootARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::([0-9]{12}):root$`)

func (p *principals) take(value json.RawMessage, unknown *string) (err error) {
	if string(value) == `"*"` {
		p.aws = []string{"*"}
		return nil
	}
	var kinds map[string]json.RawMessage
	if err := json.Unmarshal(value, &kinds); err != nil {
		return err
	}
	for kind, value := range kinds {
		list, err := listOf[string](value)
		if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		switch kind {
		case "AWS":
			p.aws = list
		case "Service":
			p.services = list
		default:
			note(unknown, "a principal of the kind "+kind)
		}
		for _, text := range list {
			variable(unknown, text)
		}
	}
	return nil
}

// A grant is how a statement means a principal.
type grant int

const (
	notAtAll  grant = iota
	asAccount       // by its account, which has to give the permission on
	asItself        // by its own name, or as anybody
)

// means tells how the principals have someone among them.
func (p *principals) means(who Principal) grant {
	best := notAtAll
	for _, name := range p.aws {
		best = max(best, meant(name, who))
	}
	if who.Service != "" && slices.Contains(p.services, who.Service) {
		best = asItself
	}
	switch {
	case !p.negated:
		return best
	case best == notAtAll:
		return asItself
	}
	return notAtAll
}

func meant(name string, p Principal) grant {
	account := name
	if m := rootARN.FindStringSubmatch(name); m != nil {
		account = m[1]
	}
	switch {
	case name == "*" && p.Service == "":
		return asItself
	case p.Account != "" && account == p.Account:
		return asAccount
	case name != "" && (name == p.Role || name == p.ARN):
		return asItself
	}
	return notAtAll
}
