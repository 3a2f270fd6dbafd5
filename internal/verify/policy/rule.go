package policy

import (
	"context"
	"errors"
	"fmt"
)

// A Rule is a requirement that is ready to judge who has signed.
type Rule struct {
	Summary    string   // of the requirement
	Keys       []Key    // one of which must have signed; none = an identity must have
	TLog       bool     // what a key has signed must be in a transparency log
	Predicates []string // types of the attestations that must be there; none = a signature must be

	who []who // one of whom must have signed
}

// Compile reads the keys that a policy names, and returns its rules in the order of its requirements. keys may be nil
// if the policy names none.
func (p Policy) Compile(ctx context.Context, keys KeySource) ([]Rule, error) {
	if problems := p.Problems(); len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	rules := make([]Rule, len(p))
	for i, r := range p {
		var err error
		if rules[i], err = r.compile(ctx, keys); err != nil {
			return nil, err
		}
	}
	return rules, nil
}

func (r Requirement) compile(ctx context.Context, keys KeySource) (Rule, error) {
	rule := Rule{Summary: r.Summary(), TLog: r.TLog, Predicates: r.PredicateTypes}
	for _, key := range r.Key {
		parsed, err := read(ctx, keys, key)
		if err != nil {
			return Rule{}, err
		}
		rule.Keys = append(rule.Keys, parsed)
	}
	for _, identity := range r.Identity {
		rule.who = append(rule.who, who{issuer: r.Issuer, identity: exactly(identity)})
	}
	if r.IdentityPattern != "" {
		pattern, err := compilePattern(r.IdentityPattern)
		if err != nil {
			return Rule{}, err
		}
		rule.who = append(rule.who, who{issuer: r.Issuer, identity: pattern})
	}
	for _, text := range r.GitHub {
		w, err := githubSigner(text, r.Workflow)
		if err != nil {
			return Rule{}, err
		}
		rule.who = append(rule.who, w)
	}
	return rule, nil
}

func read(ctx context.Context, keys KeySource, key string) (Key, error) {
	document := []byte(key)
	if !isInline(key) {
		if keys == nil {
			return Key{}, fmt.Errorf("%s %q: no place to read it from", MemberKey, key)
		}
		var err error
		if document, err = keys.PublicKey(ctx, key); err != nil {
			return Key{}, fmt.Errorf("%s %q: %w", MemberKey, key, err)
		}
	}
	parsed, err := ParseKey(document)
	if err != nil && !isInline(key) {
		return Key{}, fmt.Errorf("%s %q: %w", MemberKey, key, err)
	}
	return parsed, wrapKey(err)
}
