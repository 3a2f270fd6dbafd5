// Package policy says who must have signed an image: how that is written, what is wrong with what is written, and
// whether a signer is one who is named.
//
// It is pure, and knows nothing of how signatures are verified: programs that only read policies link no verifier.
package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ecrmirror/internal/jsonscan"
)

// A Policy is a list of requirements, each of which an image must meet. The empty Policy asks for nothing.
type Policy []Requirement

// A Requirement says whose signature an image must have: that of a public key, or of an identity that a certificate
// states. Of several keys, identities or repositories one must have signed.
type Requirement struct {
	// Key has public keys: PEM, or names that a [KeySource] knows: those of keys of AWS KMS, which [kmskey.ARN] takes,
	// and others, such as those of files.
	Key []string `json:"key,omitempty"`
	// TLog asks a key's signature to be in a transparency log. That of an identity must be in one always.
	TLog bool `json:"tlog,omitempty"`

	// Issuer is the OpenID Connect issuer who vouches for identities, exactly.
	Issuer string `json:"issuer,omitempty"`
	// Identity has identities, exactly as certificates state them: an e-mail address or a URI.
	Identity []string `json:"identity,omitempty"`
	// IdentityPattern is a regular expression of Go for identities, from ^ to $.
	IdentityPattern string `json:"identityPattern,omitempty"`

	// GitHub has repositories whose workflows may have signed: OWNER/REPO[/.github/workflows/FILE][@REF].
	GitHub []string `json:"github,omitempty"`
	// Workflow is the reusable workflow that signs for them, where it is another repository's:
	// OWNER/REPO/.github/workflows/FILE[@REF].
	Workflow string `json:"workflow,omitempty"`

	// PredicateTypes are the types of the attestations that must be there. Without any, a signature of the image is.
	PredicateTypes []string `json:"predicateTypes,omitempty"`
}

// Names of the members of a requirement, as they are written.
const (
	MemberKey             = "key"
	MemberTLog            = "tlog"
	MemberIssuer          = "issuer"
	MemberIdentity        = "identity"
	MemberIdentityPattern = "identityPattern"
	MemberGitHub          = "github"
	MemberWorkflow        = "workflow"
	MemberPredicateTypes  = "predicateTypes"
)

// Members returns the names of all members.
func Members() []string {
	return []string{
		MemberKey, MemberTLog, MemberIssuer, MemberIdentity, MemberIdentityPattern, MemberGitHub, MemberWorkflow,
		MemberPredicateTypes,
	}
}

// String returns the policy in one form, as JSON: two policies ask for the same if their texts are the same. That of
// the empty policy is empty.
func (p Policy) String() string {
	if len(p) == 0 {
		return ""
	}
	texts := make([]string, len(p))
	for i, r := range p {
		texts[i] = r.String()
	}
	slices.Sort(texts)
	return "[" + strings.Join(slices.Compact(texts), ",") + "]"
}

// Parse reads a policy from the text that [Policy.String] makes of it, or from JSON of that form: a list of objects, in
// which what may be several is a list. A member that is not known is an error: who does not know it would ask for less.
// So is an empty list, null, and a member that comes twice. What is read may be compiled.
func Parse(text string) (Policy, error) {
	if text == "" {
		return nil, nil
	}
	if len(text) > longestPolicy {
		return nil, fmt.Errorf("has %d bytes; it may have %d", len(text), longestPolicy)
	}
	document, err := jsonscan.Check([]byte(text))
	if err != nil {
		return nil, err
	}
	var p Policy
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		return nil, err
	}
	if err := checkSaid(document); err != nil {
		return nil, err
	}
	if problems := p.Problems(); len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return p, nil
}

var errEmpty = errors.New("is empty; it must say who must have signed")

// checkSaid refuses what says less than it seems to: a list or a member without a value, and a member that comes twice.
func checkSaid(list jsonscan.Value) error {
	if isEmpty(list) {
		return errEmpty
	}
	for requirement := range list.Elements() {
		var seen jsonscan.Seen
		for name, value := range requirement.Members() {
			if err := seen.Note(name, Members()); err != nil {
				return err
			}
			if isEmpty(value) {
				return fmt.Errorf("%s has no value; give it one, or leave it out", name)
			}
		}
	}
	return nil
}

// isEmpty reports whether a value is null or an empty list.
func isEmpty(v jsonscan.Value) bool { return v.IsNull() || v.IsArray() && v.Count() == 1 }

// String returns the requirement in one form, as JSON.
func (r Requirement) String() string {
	for _, list := range []*[]string{&r.Key, &r.Identity, &r.GitHub, &r.PredicateTypes} {
		trimmed := make([]string, len(*list))
		for i, text := range *list {
			trimmed[i] = strings.TrimSpace(text)
		}
		slices.Sort(trimmed)
		*list = slices.Compact(trimmed)
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil { // which texts and a bool don't give
		return err.Error()
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Summary returns what is asked for, for people, on one line.
func (r Requirement) Summary() string {
	var who string
	switch {
	case len(r.Key) > 0:
		names := make([]string, len(r.Key))
		for i, key := range r.Key {
			names[i] = keyName(key)
		}
		who = "key " + strings.Join(names, " or ")
	case len(r.GitHub) > 0:
		who = "GitHub workflows of " + strings.Join(r.GitHub, " or ")
		if r.Workflow != "" {
			who += " by " + r.Workflow
		}
	case r.IdentityPattern != "":
		who = fmt.Sprintf("identities %s of %s", r.IdentityPattern, r.Issuer)
	default:
		who = fmt.Sprintf("identity %s of %s", strings.Join(r.Identity, " or "), r.Issuer)
	}
	if len(r.PredicateTypes) > 0 {
		who += ", attesting " + strings.Join(r.PredicateTypes, " and ")
	}
	if r.TLog {
		who += ", in a transparency log"
	}
	return who
}
