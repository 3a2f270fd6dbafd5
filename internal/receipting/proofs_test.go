package receipting_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/printable"
	"ecrmirror/internal/receipt"
	"ecrmirror/internal/verify/evidence"
	signed "ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/verdict"
)

// policy asks for a signature, in the text of a request.
const policy = `[{"github":["org/app"]}]`

// A verifier has verified an image by some proofs.
type verifier struct{ proofs []verdict.Proof }

func (v verifier) Verify(
	_ context.Context, _ evidence.Place, manifests []digest.Digest, _ string,
) (verdict.Verified, error) {
	return verdict.Verified{Root: manifests[len(manifests)-1], Manifests: manifests, Proofs: v.proofs}, nil
}

// verified has a proof by an identity, and one by a key.
func verified() []verdict.Proof {
	index := int64(7)
	return []verdict.Proof{
		{
			Requirement: "by org/app", Kind: "bundle", Artifact: digest.FromString("a"), PredicateType: "p", Time: at,
			LogIndex: &index, Signer: &signed.Signer{Issuer: "https://issuer.test", Identity: "who"},
		},
		{Requirement: strings.Repeat("by a key ", 1000), Kind: "signature", Key: "sha256:k"},
	}
}

// proofs are what a receipt says of these.
func proofs() []receipt.Proof {
	index := int64(7)
	return []receipt.Proof{
		{
			Requirement: "by org/app", Kind: "bundle", Artifact: digest.FromString("a"), PredicateType: "p", Time: at,
			LogIndex: &index, Issuer: "https://issuer.test", Identity: "who",
		},
		{Requirement: printable.Short(strings.Repeat("by a key ", 1000), 512), Kind: "signature", Key: "sha256:k"},
	}
}

// A receipt says that nothing was verified where that is so. One that is put when the image is in place, since it was
// asked for later or the job was stopped before, does not say: the copy may have been verified.
func TestAReceiptSaysNothingOfWhatIsNotKnown(t *testing.T) {
	for _, c := range []struct {
		name, options string
		before        bool // the image is in place
		want          []receipt.Proof
	}{
		{"nothing is asked for", `{}`, false, []receipt.Proof{}},
		{"verified", `{"verify":` + policy + `}`, false, proofs()},
		{"in place", `{"verify":` + policy + `}`, true, nil},
		{"in place, and nothing is asked for", `{}`, true, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.push("src", "1")
			w.verifier = verifier{verified()}
			if c.before {
				w.copy(t.Context(), nil, c.options, w.host+"/src:1", ecrRepository+":1")
			}
			w.copy(t.Context(), w.maker(nil), c.options, w.host+"/src:1", ecrRepository+":1")
			found, err := w.check(ecrRepository + ":1")
			if err != nil || len(found.Receipts) != 1 {
				t.Fatalf("%+v, %v", found, err)
			}
			if d := cmp.Diff(c.want, found.Receipts[0].Receipt.Verified); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}
