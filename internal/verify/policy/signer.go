package policy

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// A Signer is who a certificate says has signed.
type Signer struct {
	Issuer   string `json:"issuer"`
	Identity string `json:"identity"` // the subject alternative name: an e-mail address or a URI
	// SourceRepository and SourceRef say what a CI's workflow was about; "" of others, and of certificates of before
	// 2023.
	SourceRepository string `json:"sourceRepository,omitempty"`
	SourceRef        string `json:"sourceRef,omitempty"`
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
