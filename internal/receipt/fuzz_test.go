package receipt_test

import (
	"crypto/elliptic"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/receipt"
)

// isKnown reports whether an error is one that callers tell apart.
func isKnown(err error) bool {
	return errors.Is(err, receipt.ErrMalformed) || errors.Is(err, receipt.ErrOther) ||
		errors.Is(err, receipt.ErrSignature)
}

// FuzzReadStatement: what is read of a statement is read again of what is written of it.
func FuzzReadStatement(f *testing.F) {
	f.Add(statementOf(f, full()))
	f.Add(statementOf(f, plain()))
	f.Add([]byte(`{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://slsa.dev/provenance/v1"}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		r, err := receipt.ReadStatement(document)
		if err != nil {
			if !isKnown(err) {
				t.Errorf("%v", err)
			}
			return
		}
		written, err := r.Statement()
		if err != nil {
			t.Fatalf("%+v: %v", r, err)
		}
		again, err := receipt.ReadStatement(written)
		if d := cmp.Diff(r, again); err != nil || d != "" {
			t.Errorf("%v (-first +again):\n%s", err, d)
		}
	})
}

// FuzzOpen: a bundle says what a stranger wants, and opens by no key of ours.
func FuzzOpen(f *testing.F) {
	mine, theirs := newSigner(f, elliptic.P256()), newSigner(f, elliptic.P256())
	f.Add(theirs.bundle(f, statementOf(f, full())))
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":` +
		`{"hint":"x"}},"dsseEnvelope":{"payload":"e30=","payloadType":"application/vnd.in-toto+json",` +
		`"signatures":[{"sig":"AA==","keyid":"x"}]}}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		if r, err := receipt.Open(document, mine.key); err == nil || !isKnown(err) {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// FuzzReadManifest: what is taken for the manifest of a receipt is bounded, and has a subject.
func FuzzReadManifest(f *testing.F) {
	good, err := receipt.Manifest(receipt.Descriptor{MediaType: "a/b", Digest: image, Size: 1}, []byte("bundle"), at)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"artifactType":"application/vnd.dev.sigstore.bundle.v0.3+json","annotations":null,"layers":[{}]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		of, bundle, err := receipt.ReadManifest(document)
		switch {
		case err != nil && !isKnown(err):
			t.Errorf("%v", err)
		case err == nil && (of.Validate() != nil || bundle.Digest.Validate() != nil || bundle.Size > receipt.MaxBundle):
			t.Errorf("%s, %+v", of, bundle)
		}
	})
}

// FuzzParsePEM: a file is a key, or says that it is none.
func FuzzParsePEM(f *testing.F) {
	f.Add(newSigner(f, elliptic.P256()).key.PEM())
	f.Add(newSigner(f, elliptic.P384()).key.PEM())
	f.Fuzz(func(t *testing.T, file []byte) {
		key, err := receipt.ParsePEM(file)
		if err != nil {
			if !errors.Is(err, receipt.ErrKey) {
				t.Error(err)
			}
			return
		}
		if again, err := receipt.ParsePEM(key.PEM()); err != nil || again.Fingerprint() != key.Fingerprint() {
			t.Errorf("%v, %v", again, err)
		}
	})
}
