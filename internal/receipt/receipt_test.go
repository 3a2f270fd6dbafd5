package receipt_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/receipt"
)

var (
	image  = digest.FromString("image")
	source = digest.FromString("source")
	at     = time.Date(2026, 11, 28, 6, 30, 0, 0, time.UTC)
)

// full is a receipt with all that one may say.
func full() receipt.Receipt {
	index := int64(12345)
	return receipt.Receipt{
		Repository: "111122223333.dkr.ecr.us-east-1.amazonaws.com/app", Digest: image,
		Source: receipt.Source{Repository: "ghcr.io/org/app", Tag: "1.2", Digest: source},
		Time:   at, Tool: receipt.Tool{Name: "ecrmirror", Version: "v1.2.3", Commit: "4f2d"},
		Verified: []receipt.Proof{
			{
				Requirement: "signed by org/app", Kind: "bundle", Artifact: digest.FromString("bundle"),
				Issuer: "https://token.actions.githubusercontent.com", Identity: "https://github.com/org/app",
				PredicateType: "https://slsa.dev/provenance/v1", Time: at.Add(-time.Hour), LogIndex: &index,
			},
			{Key: "sha256:00"},
		},
		Trimmed: &receipt.Trimmed{Rule: "trim/1", Platforms: []string{"linux/amd64", "linux/arm64"}},
	}
}

// plain is a receipt with no more than each has.
func plain() receipt.Receipt {
	r := full()
	r.Source.Digest, r.Verified, r.Trimmed = r.Digest, nil, nil
	r.Source.Tag, r.Tool.Commit = "", ""
	return r
}

// unverified is a receipt that says that nothing was verified, which is not to say nothing of it.
func unverified() receipt.Receipt {
	r := plain()
	r.Verified = []receipt.Proof{}
	return r
}

// A signer has a private key.
type signer struct {
	private *ecdsa.PrivateKey
	key     receipt.Key
}

func newSigner(t testing.TB, curve elliptic.Curve) signer {
	t.Helper()
	private, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := receipt.NewKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return signer{private, key}
}

// sign signs a statement.
func (s signer) sign(t testing.TB, statement []byte) []byte {
	t.Helper()
	sig, err := ecdsa.SignASN1(rand.Reader, s.private, s.key.Digest(receipt.ToSign(statement)))
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

// bundle signs a statement, and puts it in a bundle.
func (s signer) bundle(t testing.TB, statement []byte) []byte {
	t.Helper()
	document, err := receipt.Bundle(statement, s.sign(t, statement), s.key)
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func statementOf(t testing.TB, r receipt.Receipt) []byte {
	t.Helper()
	document, err := r.Statement()
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// What is written is read again, by the key that has signed it.
func TestAReceiptIsReadAsItWasWritten(t *testing.T) {
	for name, curve := range map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384()} {
		s := newSigner(t, curve)
		key, err := receipt.ParsePEM(s.key.PEM())
		if err != nil || key.Fingerprint() != s.key.Fingerprint() {
			t.Fatalf("%s: %v, %v", name, key, err)
		}
		for _, want := range []receipt.Receipt{full(), unverified(), plain()} {
			got, err := receipt.Open(s.bundle(t, statementOf(t, want)), key)
			if d := cmp.Diff(want, got); err != nil || d != "" {
				t.Errorf("%s: %v (-want +got):\n%s", name, err, d)
			}
		}
	}
}

// A statement and a manifest are the same for the same receipt, and have the members that others look for.
func TestTheFormsAreThoseThatOthersRead(t *testing.T) {
	r := full()
	statement := statementOf(t, r)
	if string(statement) != string(statementOf(t, full())) {
		t.Error("two statements of one receipt differ")
	}
	manifest, err := receipt.Manifest(receipt.Descriptor{
		MediaType: "application/vnd.oci.image.index.v1+json", Digest: image, Size: 500,
	}, []byte("bundle"), at)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		document []byte
		path     string
		want     any
	}{
		{statement, "_type", "https://in-toto.io/Statement/v1"},
		{statement, "subject.0.name", r.Repository},
		{statement, "subject.0.digest.sha256", image.Encoded()},
		{statement, "predicateType", receipt.PredicateType},
		{statement, "predicate.source.name", "ghcr.io/org/app"},
		{statement, "predicate.source.digest.sha256", source.Encoded()},
		{statement, "predicate.time", "2026-11-28T06:30:00Z"},
		{statement, "predicate.verified.0.logIndex", 12345.0},
		{statement, "predicate.trimmed.platforms.1", "linux/arm64"},
		{manifest, "artifactType", "application/vnd.dev.sigstore.bundle.v0.3+json"},
		{manifest, "config.mediaType", "application/vnd.oci.empty.v1+json"},
		{manifest, "config.digest", "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},
		{manifest, "config.size", 2.0},
		{manifest, "layers.0.digest", digest.FromString("bundle").String()},
		{manifest, "layers.0.mediaType", "application/vnd.dev.sigstore.bundle.v0.3+json"},
		{manifest, "subject.digest", image.String()},
		{manifest, "subject.size", 500.0},
	} {
		var value any
		if err := json.Unmarshal(c.document, &value); err != nil {
			t.Fatal(err)
		}
		for name := range strings.SplitSeq(c.path, ".") {
			switch v := value.(type) {
			case map[string]any:
				value = v[name]
			case []any:
				value = v[name[0]-'0']
			}
		}
		if value != c.want {
			t.Errorf("%s is %v, want %v", c.path, value, c.want)
		}
	}
	if !strings.Contains(string(manifest), `"dev.sigstore.bundle.predicateType":"`+receipt.PredicateType+`"`) {
		t.Errorf("%s", manifest)
	}
	of, bundle, err := receipt.ReadManifest(manifest)
	if err != nil || of != image || bundle.Digest != digest.FromString("bundle") || bundle.Size != 6 {
		t.Errorf("%s, %+v, %v", of, bundle, err)
	}
}

func TestWhatIsSignedIsTheEncodingOfDSSE(t *testing.T) {
	if got := string(receipt.ToSign([]byte("{}"))); got != "DSSEv1 28 application/vnd.in-toto+json 2 {}" {
		t.Error(got)
	}
}

// One receipt is enough for an image and a source, whatever else they say.
func TestWhichReceiptsAreTheSame(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*receipt.Receipt)
		want   bool
	}{
		{"the same", func(*receipt.Receipt) {}, true},
		{"later, by another version", func(r *receipt.Receipt) { r.Time, r.Tool.Version = at.Add(time.Hour), "v2" }, true},
		{"by another tag", func(r *receipt.Receipt) { r.Source.Tag = "1" }, true},
		{"nothing verified", func(r *receipt.Receipt) { r.Verified = nil }, true},
		{"for another repository", func(r *receipt.Receipt) { r.Repository = "quay.io/org/app" }, true},
		{"of another image", func(r *receipt.Receipt) { r.Digest = source }, false},
		{"from another source", func(r *receipt.Receipt) { r.Source.Repository = "ghcr.io/other/app" }, false},
		{"from another image of the source", func(r *receipt.Receipt) { r.Source.Digest = image }, false},
	} {
		other := full()
		c.change(&other)
		if got := other.SameAs(full()); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestAReceiptIsForOneImage(t *testing.T) {
	if err := full().For(image); err != nil {
		t.Error(err)
	}
	err := full().For(source)
	if !errors.Is(err, receipt.ErrSubject) || !strings.Contains(err.Error(), image.String()) {
		t.Error(err)
	}
}

func TestKeysThatSignReceipts(t *testing.T) {
	s := newSigner(t, elliptic.P256())
	other := newSigner(t, elliptic.P384())
	good := string(s.key.PEM())
	for _, c := range []struct{ name, file, says string }{
		{"nothing", "", "not in PEM"},
		{"no PEM", "key", "not in PEM"},
		{"two keys", good + string(other.key.PEM()), "several"},
		{"a certificate", strings.ReplaceAll(good, "PUBLIC KEY", "CERTIFICATE"), `it is a "CERTIFICATE"`},
		{"no key in it", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "public key"},
		{"a large file", good + strings.Repeat("\n", 20<<10), "16384 bytes"},
	} {
		if _, err := receipt.ParsePEM([]byte(c.file)); !errors.Is(err, receipt.ErrKey) ||
			!strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %s", c.name, err, c.says)
		}
	}
	p521, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, public := range []crypto.PublicKey{nil, "key", &p521.PublicKey} {
		if _, err := receipt.NewKey(public); !errors.Is(err, receipt.ErrKey) {
			t.Errorf("%T: %v", public, err)
		}
	}
}
