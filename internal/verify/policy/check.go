package policy

import (
	"fmt"
	"strings"
)

// MostRequirements is how many requirements a policy may have.
const MostRequirements = 16

// Limits of what is written.
const (
	mostTexts     = 16 // in one list
	longestPolicy = 64 << 10
	longestText   = 2048 // bytes; a key of RSA with 8,192 bits has 1,500
)

// Problems returns all that is wrong with a policy, nothing if it can be compiled. Names of keys are not looked up.
func (p Policy) Problems() []error {
	if len(p) > MostRequirements {
		return []error{fmt.Errorf("has %d requirements; it may have %d", len(p), MostRequirements)}
	}
	var problems []error
	for i, r := range p {
		for _, problem := range r.Problems() {
			if len(p) > 1 {
				problem = fmt.Errorf("requirement %d: %w", i+1, problem)
			}
			problems = append(problems, problem)
		}
	}
	return problems
}

// Problems returns all that is wrong with a requirement.
func (r Requirement) Problems() []error {
	var c checker
	c.texts(r)
	switch kinds := r.kinds(); {
	case len(kinds) == 0:
		c.bad("says nobody who must have signed: give %s, or %s with %s or %s, or %s", MemberKey, MemberIssuer,
			MemberIdentity, MemberIdentityPattern, MemberGitHub)
	case len(kinds) > 1:
		c.bad("has %s: one requirement has one kind of signer, and an image must meet all requirements",
			strings.Join(kinds, " and "))
	case kinds[0] == MemberKey:
		c.keys(r)
	case kinds[0] == MemberGitHub:
		c.github(r)
	default:
		c.identities(r)
	}
	if r.TLog && len(r.Key) == 0 {
		c.bad("%s is for keys: what an identity has signed must be in a log always", MemberTLog)
	}
	if r.Workflow != "" && len(r.GitHub) == 0 {
		c.bad("%s needs %s, which says whose builds it may sign: anybody can call a public workflow",
			MemberWorkflow, MemberGitHub)
	}
	for _, t := range r.PredicateTypes {
		c.add(checkPredicateType(t))
	}
	return c.problems
}

// kinds returns the members that say what kind of signer is asked for.
func (r Requirement) kinds() (kinds []string) {
	if len(r.Key) > 0 {
		kinds = append(kinds, MemberKey)
	}
	if len(r.GitHub) > 0 {
		kinds = append(kinds, MemberGitHub)
	}
	switch {
	case r.Issuer != "":
		kinds = append(kinds, MemberIssuer)
	case len(r.Identity) > 0:
		kinds = append(kinds, MemberIdentity)
	case r.IdentityPattern != "":
		kinds = append(kinds, MemberIdentityPattern)
	}
	return kinds
}

// A checker collects what is wrong.
type checker struct{ problems []error }

func (c *checker) add(err error) {
	if err != nil {
		c.problems = append(c.problems, err)
	}
}

func (c *checker) bad(format string, args ...any) { c.add(fmt.Errorf(format, args...)) }

// texts checks how many and how long texts are.
func (c *checker) texts(r Requirement) {
	for _, member := range []struct {
		name  string
		texts []string
	}{
		{MemberKey, r.Key},
		{MemberIssuer, []string{r.Issuer}},
		{MemberIdentity, r.Identity},
		{MemberIdentityPattern, []string{r.IdentityPattern}},
		{MemberGitHub, r.GitHub},
		{MemberWorkflow, []string{r.Workflow}},
		{MemberPredicateTypes, r.PredicateTypes},
	} {
		if len(member.texts) > mostTexts {
			c.bad("%s has %d elements; it may have %d", member.name, len(member.texts), mostTexts)
		}
		for _, text := range member.texts {
			if len(text) > longestText {
				c.bad("%s has %d bytes; it may have %d", member.name, len(text), longestText)
			}
		}
	}
}

func (c *checker) keys(r Requirement) {
	for _, key := range r.Key {
		c.add(checkKey(key))
	}
}
