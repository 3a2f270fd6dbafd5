package sigstore_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"github.com/sigstore/sigstore-go/pkg/testing/data"

	"ecrmirror/internal/verify/evidence"
	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/sigstore"
	"ecrmirror/internal/verify/trust"
	"ecrmirror/internal/verify/verdict"
	"ecrmirror/testkit/sigstoretest"
)

const (
	github   = "https://github.com/login/oauth"
	signed   = digest.Digest("sha256:0489474da8ea22426ece86ace6c1c0026ab2fd3cdfbbd62b7e94650266c37d9a")
	attested = digest.Digest("sha256:732112270d7e59418a8c080b134b24cabd67d250d0d0147a97ed95ba5c280aa4")
	generic  = "https://cosign.sigstore.dev/attestation/v1"
	npm      = digest.Digest("sha512:46d4e2f74c4877316640000a6fdf8a8b59f1e0847667973e9859f774dd31b8f1e0937813b777fb66" +
		"a2ac67d50540fe34640966eee9fc2ccca387082b4c85cd3c")
)

// TestVectors: the root that is shipped verifies, offline, what others have signed by Sigstore's public instance: by
// cosign 2 in 2023, by cosign 3, and by GitHub Actions. What is asked for differently is refused for what it is.
//
// Sources: go.podman.io/image v5.41.2, signature/fixtures; github.com/sigstore/cosign/v3 v3.1.3, pkg/cosign/testdata;
// github.com/sigstore/sigstore-go v1.3.0, pkg/testing/data.
func TestVectors(t *testing.T) {
	root, err := trust.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	judge := sigstore.NewJudge(root)
	mitr := policy.Requirement{Issuer: github, Identity: []string{"mitr@redhat.com"}}
	cody := policy.Requirement{Issuer: github, IdentityPattern: `^cody@soyland\.com$`}
	key := policy.Requirement{Key: []string{read(t, "cosign.pub")}}
	key2 := policy.Requirement{Key: []string{read(t, "cosign2.pub")}}
	for _, c := range []struct {
		layer     sigstoretest.Layer
		about     digest.Digest
		asked     policy.Requirement
		predicate string
		refuse    verdict.Reason
		index     int64 // in the log, 0 = in none
	}{
		{fixture(t, "dir-img-cosign-fulcio-rekor-valid"), signed, mitr, "", "", 11605770},
		{fixture(t, "dir-img-cosign-fulcio-rekor-valid"), signed, cody, "", verdict.OtherSigner, 0},
		{fixture(t, "dir-img-cosign-fulcio-rekor-valid"), attested, mitr, "", verdict.OtherDigest, 0},
		{fixture(t, "dir-img-cosign-fulcio-rekor-valid"), signed, key, "", verdict.Keyless, 0},
		{fixture(t, "dir-img-cosign-key-rekor-valid"), signed, logged(key2), "", "", 11608800},
		{fixture(t, "dir-img-cosign-key-rekor-valid"), signed, key, "", verdict.OtherKey, 0},
		{fixture(t, "dir-img-cosign-key-rekor-valid"), signed, mitr, "", verdict.NoIdentity, 0},
		{bundled(read(t, "oci-attestation.sigstore.json")), attested, cody, generic, "", 175508996},
		{bundled(read(t, "oci-attestation.sigstore.json")), attested, cody, "", verdict.OtherPredicate, 0},
		{bundled(read(t, "oci-attestation.sigstore.json")), attested, mitr, generic, verdict.OtherSigner, 0},
		{bundled(read(t, "oci-attestation.sigstore.json")), signed, cody, generic, verdict.OtherDigest, 0},
		{vector(t, "sigstore.js@2.0.0-provenance"), npm, workflow("sigstore/sigstore-js"), "", "", 31821305},
		{vector(t, "sigstore.js@2.0.0-provenance"), npm, workflow("sigstore/other"), "", verdict.OtherSigner, 0},
		{
			vector(t, "sigstore.js@2.0.0-provenance"), npm,
			workflow("sigstore/sigstore-js/.github/workflows/release.yml@refs/heads/main"), "", "", 31821305,
		},
		{
			vector(t, "sigstore.js@2.0.0-provenance"), npm,
			workflow("sigstore/sigstore-js/.github/workflows/release.yml@refs/tags/*"), "", verdict.OtherSigner, 0,
		},
	} {
		claim, err := sigstore.Read(pieceOf(c.layer), c.layer.Content)
		if err != nil {
			t.Error(err)
			continue
		}
		p, refused := judge.Judge(claim, c.about, rule(t, c.asked), c.predicate)
		switch {
		case (refused != nil) != (c.refuse != ""), refused != nil && refused.Reason != c.refuse:
			t.Errorf("%s about %s: %+v, refused %v", c.asked.Summary(), c.about, p, refused)
		case p != nil && (p.LogIndex == nil || *p.LogIndex != c.index || p.Time.IsZero()):
			t.Errorf("%s: %+v", c.asked.Summary(), p)
		}
	}
}

// TestUnreadableVectors: bundles that no verifier takes are malformed.
func TestUnreadableVectors(t *testing.T) {
	two := data.Bundle(t, "dsse-2sigs.sigstore.json")
	content, err := two.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	layer := bundled(string(content))
	if _, err := sigstore.Read(pieceOf(layer), layer.Content); err == nil || !strings.Contains(err.Error(), "one") {
		t.Errorf("an envelope with two signatures: %v", err)
	}
}

func workflow(text string) policy.Requirement { return policy.Requirement{GitHub: []string{text}} }

func logged(r policy.Requirement) policy.Requirement { r.TLog = true; return r }

func bundled(content string) sigstoretest.Layer {
	return sigstoretest.Layer{MediaType: sigstoretest.BundleType, Content: []byte(content)}
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// fixture returns a signature that go.podman.io/image keeps in a file, as it was attached to an image.
func fixture(t *testing.T, name string) sigstoretest.Layer {
	t.Helper()
	content := []byte(read(t, name+".signature"))
	var kept struct {
		MediaType   string            `json:"mimeType"`
		Payload     []byte            `json:"payload"`
		Annotations map[string]string `json:"annotations"`
	}
	if err := json.Unmarshal(content[bytes.IndexByte(content, '{'):], &kept); err != nil {
		t.Fatal(err)
	}
	return sigstoretest.Layer{MediaType: kept.MediaType, Content: kept.Payload, Annotations: kept.Annotations}
}

// vector returns a bundle of sigstore-go's.
func vector(t *testing.T, name string) sigstoretest.Layer {
	t.Helper()
	content, err := data.Bundle(t, name+".sigstore.json").MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return bundled(string(content))
}

// TestBundlesThatWereChanged: no byte that counts of a good bundle can be changed.
func TestBundlesThatWereChanged(t *testing.T) {
	root, err := trust.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	judge := sigstore.NewJudge(root)
	content := read(t, "oci-attestation.sigstore.json")
	asked := rule(t, policy.Requirement{Issuer: github, Identity: []string{"cody@soyland.com"}})
	for name, member := range map[string]string{
		"payload": `"payload":"`, "signature": `"sig":"`, "certificate": `"rawBytes":"`,
		"entry": `"canonicalizedBody":"`, "promise": `"signedEntryTimestamp":"`, "proof": `"rootHash":"`,
	} {
		changed := change(t, content, member)
		piece := evidence.Piece{Kind: evidence.Bundle, Artifact: attested}
		claim, err := sigstore.Read(piece, []byte(changed))
		if err != nil {
			continue // it is not even a bundle any more
		}
		if p, refused := judge.Judge(claim, attested, asked, generic); refused == nil {
			t.Errorf("%s changed: %+v", name, p)
		}
	}
}

// change changes a bit in the middle of the base64 text that follows a member's name.
func change(t *testing.T, document, member string) string {
	t.Helper()
	compact := strings.ReplaceAll(document, `": "`, `":"`)
	before, after, ok := strings.Cut(compact, member)
	if !ok {
		t.Fatalf("no %s", member)
	}
	text, rest, _ := strings.Cut(after, `"`)
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	return before + member + base64.StdEncoding.EncodeToString(raw) + `"` + rest
}
