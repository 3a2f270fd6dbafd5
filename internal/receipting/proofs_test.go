package receipting_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/receipt"
	"ecrmirror/internal/receipting"
	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/verdict"
)

func TestProofsAreThoseOfTheVerdict(t *testing.T) {
	index := int64(7)
	got := receipting.ProofsOf([]verdict.Proof{
		{
			Requirement: "by org/app", Kind: "bundle", Artifact: "sha256:a", PredicateType: "p", Time: at, LogIndex: &index,
			Signer: &policy.Signer{Issuer: "https://issuer.test", Identity: "who"},
		},
		{Requirement: "by a key", Kind: "signature", Key: "sha256:k"},
	})
	want := []receipt.Proof{
		{
			Requirement: "by org/app", Kind: "bundle", Artifact: "sha256:a", PredicateType: "p", Time: at, LogIndex: &index,
			Issuer: "https://issuer.test", Identity: "who",
		},
		{Requirement: "by a key", Kind: "signature", Key: "sha256:k"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}
