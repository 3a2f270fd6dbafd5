package policy_test

import (
	"strings"
	"testing"

	"ecrmirror/internal/verify/policy"
)

const workflows = "/.github/workflows/"

// built is the signer that a workflow of a repository is, which builds a ref of the same repository or of another.
func built(workflow, repository, ref string) policy.Signer {
	return policy.Signer{
		Issuer: actions, Identity: "https://github.com/" + workflow, SourceRepository: "https://github.com/" + repository,
		SourceRef: ref,
	}
}

func TestWhoIsAdmitted(t *testing.T) {
	const tag, branch = "refs/tags/v1.2.3", "refs/heads/feature/x"
	own := built("org/app"+workflows+"release.yml@"+tag, "org/app", tag)
	called := built("org/ci"+workflows+"sign.yml@refs/tags/v2", "org/app", tag)
	mail := policy.Signer{Issuer: google, Identity: "dev@example.com"}
	github := func(texts ...string) policy.Requirement { return policy.Requirement{GitHub: texts} }
	for _, c := range []struct {
		r    policy.Requirement
		s    policy.Signer
		want string // in why not; "" = admitted
	}{
		{github("org/app"), own, ""},
		{github("ORG/App"), own, ""},
		{github("org/other", "org/app"), own, ""},
		{github("org/app"), called, ""}, // a reusable workflow of another repository
		{github("org/app@refs/tags/v*"), own, ""},
		{github("org/app@refs/tags/v*"), called, ""},
		{github("org/app/.github/workflows/release.yml"), own, ""},
		{github("org/app/.github/workflows/release.yml@refs/tags/v1.*"), own, ""},

		{github("org/ap"), own, "was built from"},
		{github("org/app2"), own, "was built from"},
		{github("org/ci"), called, "was built from"},
		{github("org/app@refs/heads/*"), own, "refs/tags/v1.2.3"},
		{github("org/app@refs/tags/v2*"), own, "refs/tags/v1.2.3"},
		{github("org/app/.github/workflows/release.yml"), called, "the identity is another"},
		{github("org/app/.github/workflows/other.yml"), own, "the identity is another"},
		{github("org/app/.github/workflows/releaseXyml.yml"), own, "the identity is another"},
		{
			// A branch can call its repository's workflow as the tag has it.
			github("org/app/.github/workflows/release.yml@refs/tags/*"),
			built("org/app"+workflows+"release.yml@"+tag, "org/app", "refs/heads/main"), "refs/heads/main",
		},
		{
			// Anybody can call a public workflow.
			github("org/app/.github/workflows/release.yml"),
			built("org/app"+workflows+"release.yml@"+tag, "evil/app", tag), "was built from",
		},
		{github("org/app"), policy.Signer{Issuer: actions, Identity: own.Identity}, "does not say which repository"},
		{github("org/app"), policy.Signer{
			Issuer: "https://evil.example.com", Identity: own.Identity, SourceRepository: own.SourceRepository,
		}, "the issuer is"},
		{
			github("org/app"), built("org/app"+workflows+"a.yml@\nevil", "org/app", tag), "the identity is another",
		},

		{github("org/app@refs/heads/*"), built("org/app"+workflows+"a.yml@x", "org/app", branch), "feature/x"},
		{github("org/app@refs/heads/**"), built("org/app"+workflows+"a.yml@x", "org/app", branch), ""},

		{reusable("org/app", "org/ci/.github/workflows/sign.yml"), called, ""},
		{reusable("org/app@refs/tags/*", "org/ci/.github/workflows/sign.yml@refs/tags/v2"), called, ""},
		{reusable("org/app", "org/ci/.github/workflows/sign.yml@refs/tags/v3"), called, "the identity is another"},
		{reusable("org/app", "org/ci/.github/workflows/sign.yml"), own, "the identity is another"},
		{reusable("org/other", "org/ci/.github/workflows/sign.yml"), called, "was built from"},

		{policy.Requirement{Issuer: google, Identity: []string{"x@y.z", "dev@example.com"}}, mail, ""},
		{policy.Requirement{Issuer: google, Identity: []string{"dev@example.co"}}, mail, "the identity is another"},
		{policy.Requirement{Issuer: google, Identity: []string{"devXexample.com"}}, mail, "the identity is another"},
		{policy.Requirement{Issuer: actions, Identity: []string{"dev@example.com"}}, mail, "the issuer is"},
		{policy.Requirement{Issuer: google, IdentityPattern: `^[a-z]+@example\.com$`}, mail, ""},
		{policy.Requirement{Issuer: google, IdentityPattern: `^ops@example\.com$`}, mail, "the identity is another"},
	} {
		rules, err := policy.Policy{c.r}.Compile(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		got := rules[0].Admits(c.s)
		if (got == nil) != (c.want == "") || got != nil && !strings.Contains(got.Error(), c.want) {
			t.Errorf("%s: %s: %v, want %q", c.r, c.s, got, c.want)
		}
	}
}

func reusable(repository, workflow string) policy.Requirement {
	return policy.Requirement{GitHub: []string{repository}, Workflow: workflow}
}
