package policy

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// A Rule is a requirement that is ready to judge who has signed.
type Rule struct {
	Summary    string   // of the requirement
	Keys       []Key    // one of which must have signed; none = an identity must have
	TLog       bool     // what a key has signed must be in a transparency log
	Predicates []string // types of the attestations that must be there; none = a signature must be

	who []who // one of whom must have signed
}

// A Signer is who a certificate says has signed.
type Signer struct {
	Issuer   string `json:"issuer"`
	Identity string `json:"identity"` // the subject alternative name: an e-mail address or a URI
	// SourceRepository and SourceRef say what a CI's workflow was about; "" of others, and of certificates of before
	// 2023.
	SourceRepository string `json:"sourceRepository,omitempty"`
	SourceRef        string `json:"sourceRef,omitempty"`
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

// who is a signer that is asked for.
type who struct {
	issuer     string
	identity   *regexp.Regexp
	repository string         // https://github.com/OWNER/REPO that was built, however its letters are written; "" = any
	ref        *regexp.Regexp // of what was built; nil = any
}

func exactly(identity string) *regexp.Regexp {
	return regexp.MustCompile("^" + regexp.QuoteMeta(identity) + "$")
}

// githubSigner returns who signs the builds of a repository of GitHub's: its own workflow or, if one is named, another
// repository's. What was built is in the certificate beside the workflow (Fulcio's OIDs
// 1.3.6.1.4.1.57264.1.12 and .14).
func githubSigner(text, reusable string) (who, error) {
	source, err := parseWorkflow(text)
	if err != nil {
		return who{}, err
	}
	signs := source
	if reusable != "" {
		if signs, err = parseWorkflow(reusable); err != nil {
			return who{}, fmt.Errorf("%s: %w", MemberWorkflow, err)
		}
	}
	return who{
		issuer: githubIssuer, identity: signs.identities(),
		repository: githubURL + source.repository, ref: source.refs(),
	}, nil
}

// Admits returns nil if the signer is one that the rule asks for, and else why it is none.
func (r Rule) Admits(s Signer) error {
	var why error
	for _, w := range r.who {
		err := w.admits(s)
		if err == nil {
			return nil
		}
		if why == nil {
			why = err
		}
	}
	if why == nil {
		return errors.New("no identity is asked for")
	}
	return why
}

func (w who) admits(s Signer) error {
	switch {
	case s.Issuer != w.issuer:
		return fmt.Errorf("the issuer is %q", s.Issuer)
	case !w.identity.MatchString(s.Identity):
		return errors.New("the identity is another")
	case w.repository != "" && s.SourceRepository == "":
		return errors.New("the certificate does not say which repository was built")
	case w.repository != "" && !strings.EqualFold(s.SourceRepository, w.repository):
		return fmt.Errorf("it was built from %q", s.SourceRepository)
	case w.ref != nil && !w.ref.MatchString(s.SourceRef):
		return fmt.Errorf("it was built from the ref %q", s.SourceRef)
	}
	return nil
}

// String returns the signer for people: the identity, and who vouches for it.
func (s Signer) String() string {
	text := fmt.Sprintf("%s (issuer %s", s.Identity, s.Issuer)
	if s.SourceRepository != "" {
		text += ", built from " + s.SourceRepository
		if s.SourceRef != "" {
			text += "@" + s.SourceRef
		}
	}
	return text + ")"
}
