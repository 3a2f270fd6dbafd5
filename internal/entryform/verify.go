package entryform

import (
	"fmt"

	"ecrmirror/internal/verify/policy"
)

// requirement has the members of a requirement of who must have signed.
var requirement = []member[policy.Requirement]{
	texts(policy.MemberKey, func(r *policy.Requirement) *[]string { return &r.Key }),
	scalar(policy.MemberTLog, func(r *policy.Requirement) *bool { return &r.TLog }, readBool, writeBool),
	scalar(policy.MemberIssuer, func(r *policy.Requirement) *string { return &r.Issuer }, readText, writeText),
	texts(policy.MemberIdentity, func(r *policy.Requirement) *[]string { return &r.Identity }),
	scalar(policy.MemberIdentityPattern, func(r *policy.Requirement) *string { return &r.IdentityPattern }, readText,
		writeText),
	texts(policy.MemberGitHub, func(r *policy.Requirement) *[]string { return &r.GitHub }),
	scalar(policy.MemberWorkflow, func(r *policy.Requirement) *string { return &r.Workflow }, readText, writeText),
	texts(policy.MemberPredicateTypes, func(r *policy.Requirement) *[]string { return &r.PredicateTypes }),
}

// ReadVerify reads who must have signed: a map, which is one requirement, or a list of such maps, all of which must be
// met. It returns all errors, and no policy then. A policy that is read may be compiled.
func ReadVerify(name string, v Value) (policy.Policy, []*Error) {
	var r reader
	list, single := v.List, v.Kind == Map
	if single {
		list = []Value{v}
	}
	switch {
	case !single && v.Kind != List:
		r.bad(v.Line, "%s is %s; it must be a map such as {%s: ...}, or a list of such maps", name, v.Kind,
			requirement[0].name)
	case len(list) == 0:
		r.bad(v.Line, "%s is empty; it must say who must have signed, or be left out", name)
	case len(list) > policy.MostRequirements:
		r.bad(v.Line, "%s has %d requirements; it may have %d", name, len(list), policy.MostRequirements)
		return nil, r.errs
	}
	p := make(policy.Policy, len(list))
	for i, element := range list {
		called := name
		if !single {
			called = fmt.Sprintf("%s: requirement %d", name, i+1)
		}
		before := len(r.errs)
		readMap(&r, &p[i], element, called, requirement)
		if len(r.errs) > before {
			continue
		}
		for _, problem := range p[i].Problems() {
			r.bad(element.Line, "%s: %w", called, problem)
		}
	}
	if len(r.errs) > 0 {
		return nil, r.errs
	}
	return p, nil
}

// WriteVerify returns who must have signed as it is written; Null of nobody.
func WriteVerify(p policy.Policy) Value {
	switch len(p) {
	case 0:
		return Value{}
	case 1:
		return writeMap(p[0], requirement)
	}
	v := Value{Kind: List}
	for _, r := range p {
		v.List = append(v.List, writeMap(r, requirement))
	}
	return v
}
