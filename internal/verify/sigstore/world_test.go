package sigstore_test

import (
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/verify/evidence"
	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/sigstore"
	"ecrmirror/internal/verify/trust"
	"ecrmirror/internal/verify/verdict"
	"ecrmirror/testkit/leaks"
	"ecrmirror/testkit/sigstoretest"
)

func TestMain(m *testing.M) { leaks.Main(m) }

var (
	manifest = []byte(`{"schemaVersion":2}`)
	subject  = digest.FromBytes(manifest)
	other    = digest.FromString("another manifest")
	release  = sigstoretest.Workflow("Org/App", "release.yml", "refs/tags/v1.2.3")
)

// A world is a Sigstore and a judge who trusts it.
type world struct {
	t     *testing.T
	store *sigstoretest.Sigstore
	judge *sigstore.Judge
}

func newWorld(t *testing.T) *world {
	t.Helper()
	store, err := sigstoretest.New()
	if err != nil {
		t.Fatal(err)
	}
	return &world{t, store, sigstore.NewJudge(trusted(t, store, true))}
}

func trusted(t *testing.T, store *sigstoretest.Sigstore, withLog bool) *trust.Root {
	t.Helper()
	document, err := store.Root(withLog)
	if err != nil {
		t.Fatal(err)
	}
	root, err := trust.Parse("test", document)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// rule returns the one rule of a requirement.
func rule(t *testing.T, r policy.Requirement) policy.Rule {
	t.Helper()
	rules, err := policy.Policy{r}.Compile(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return rules[0]
}

// A form is how something is signed.
type form func(s *sigstoretest.Sigstore, by sigstoretest.Signing, digest, predicate string) (sigstoretest.Layer, error)

// forms are all, by name.
var forms = map[string]form{
	"payload": func(s *sigstoretest.Sigstore, by sigstoretest.Signing, d, _ string) (sigstoretest.Layer, error) {
		return s.Payload(by, d)
	},
	"envelope": (*sigstoretest.Sigstore).Attestation,
	"bundle":   (*sigstoretest.Sigstore).Bundle,
	"message": func(s *sigstoretest.Sigstore, by sigstoretest.Signing, d, _ string) (sigstoretest.Layer, error) {
		if d == subject.String() {
			return s.Message(by, manifest)
		}
		return s.Message(by, []byte("another manifest"))
	},
}

// statements are the forms that attest something.
var statements = []string{"envelope", "bundle"}

func (w *world) sign(f form, by sigstoretest.Signing, about digest.Digest, predicate string) sigstoretest.Layer {
	w.t.Helper()
	layer, err := f(w.store, by, about.String(), predicate)
	if err != nil {
		w.t.Fatal(err)
	}
	return layer
}

// judged reads a layer and judges it.
func (w *world) judged(l sigstoretest.Layer, r policy.Rule, predicate string) (*verdict.Proof, *verdict.Refusal) {
	w.t.Helper()
	claim, err := sigstore.Read(pieceOf(l), l.Content)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.judge.Judge(claim, subject, r, predicate)
}

func pieceOf(l sigstoretest.Layer) evidence.Piece {
	kind := map[string]evidence.Kind{
		sigstoretest.PayloadType: evidence.Payload, sigstoretest.EnvelopeType: evidence.Envelope,
		sigstoretest.BundleType: evidence.Bundle,
	}[l.MediaType]
	return evidence.Piece{
		Artifact: digest.FromString("artifact"), Kind: kind, Digest: digest.FromBytes(l.Content),
		Size: int64(len(l.Content)), Annotations: l.Annotations,
	}
}
