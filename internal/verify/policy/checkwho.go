package policy

import (
	"errors"
	"fmt"
	"strings"
)

func (c *checker) github(r Requirement) {
	for _, text := range r.GitHub {
		_, err := parseWorkflow(text)
		c.add(err)
	}
	if r.Workflow == "" {
		return
	}
	switch w, err := parseWorkflow(r.Workflow); {
	case err != nil:
		c.add(fmt.Errorf("%s: %w", MemberWorkflow, err))
	case w.file == "":
		c.bad("%s %q names no file: OWNER/REPO/.github/workflows/FILE[@REF]", MemberWorkflow, r.Workflow)
	}
	for _, text := range r.GitHub {
		if w, err := parseWorkflow(text); err == nil && w.file != "" {
			c.bad("%s %q and %s both name a workflow: which file of its own a repository calls it from "+
				"is not in the certificate; leave the file out of %[1]s", MemberGitHub, text, MemberWorkflow)
		}
	}
}

func (c *checker) identities(r Requirement) {
	switch {
	case r.Issuer == "":
		c.bad("%s needs %s: who vouches for it, such as https://accounts.google.com", r.kinds()[0], MemberIssuer)
	case !strings.HasPrefix(r.Issuer, "https://"):
		c.bad("%s %q is not the URL of one: https://...", MemberIssuer, r.Issuer)
	}
	switch {
	case len(r.Identity) > 0 && r.IdentityPattern != "":
		c.bad("%s and %s are both there; give one", MemberIdentity, MemberIdentityPattern)
	case len(r.Identity) == 0 && r.IdentityPattern == "":
		c.bad("%s needs %s or %s: everybody with an account there could have signed", MemberIssuer, MemberIdentity,
			MemberIdentityPattern)
	}
	for _, identity := range r.Identity {
		c.add(checkIdentity(identity))
	}
	if r.IdentityPattern != "" {
		_, err := compilePattern(r.IdentityPattern)
		c.add(err)
	}
}

func checkIdentity(identity string) error {
	switch {
	case identity == "":
		return errors.New(MemberIdentity + " is empty")
	case strings.ContainsAny(identity, "*^$"):
		return fmt.Errorf("%s %q is compared letter by letter; a pattern is an %s: ^...$", MemberIdentity, identity,
			MemberIdentityPattern)
	}
	return nil
}
