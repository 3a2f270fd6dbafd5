package conformance

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/internal/contract"
)

// Signatures are read of all manifests of an image, some at a time, as many and as large as may be.
func TestWhatSignaturesOfAForgeryTakeIsBounded(t *testing.T) {
	const budget = 8 << 20
	out := holdToBounds(t, signedForgery(), budget, func(cmd *exec.Cmd) {
		withBudget(cmd, budget)
		cmd.Env = append(cmd.Env, contract.EnvSignaturePolicy+"="+policyOf(t))
	})
	if !strings.Contains(out, "None of the signatures were accepted") {
		t.Error(out)
	}
}

// signedForgery is an index of large and small images, with a megabyte of signatures beside each.
func signedForgery() forgery {
	content := map[string]string{digest.FromString(oneBlob).String(): oneBlob}
	put := func(s string) digest.Digest {
		d := digest.FromString(s)
		content[d.String()] = s
		return d
	}
	var instances, signatures []string
	for i := range 30 {
		padding := ""
		if i < 3 {
			padding = strings.Repeat("x", manifestLimit-2_000)
		}
		m := imageWith(fmt.Sprintf(`,"annotations":{"%d":"%s"}`, i, padding), "")
		instances = append(instances, fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":%d}`, v1.MediaTypeImageManifest,
			put(m), len(m)))
	}
	for i := range 15 {
		payload := fmt.Sprintf("%02d", i) + strings.Repeat("x", 64<<10-2)
		signatures = append(signatures, fmt.Sprintf(
			`{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","digest":%q,"size":%d,`+
				`"annotations":{"dev.cosignproject.cosign/signature":"%s"}}`,
			put(payload), len(payload), strings.Repeat("AAAA", 16<<10)))
	}
	attached := `{"schemaVersion":2,"config":` + blobOf("") + `,"layers":[` + strings.Join(signatures, ",") + `]}`
	return forgery{
		name: "signatures", mediaType: v1.MediaTypeImageIndex,
		root: func() string { return `{"schemaVersion":2,"manifests":[` + strings.Join(instances, ",") + `]}` },
		more: func(reference digest.Digest) (mediaType, text string) {
			if strings.HasSuffix(string(reference), ".sig") {
				return v1.MediaTypeImageManifest, attached
			}
			return v1.MediaTypeImageManifest, content[reference.String()]
		},
	}
}

// policyOf is one by which everything has to be signed by a key that nobody has.
func policyOf(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	return fmt.Sprintf(`{"default":[{"type":"sigstoreSigned","keyData":%q,`+
		`"signedIdentity":{"type":"matchRepository"}}]}`, base64.StdEncoding.EncodeToString(text))
}
