package ecr

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

// signedManifest returns a manifest of schema 1 with a signature, which nobody
// verifies, and the digest of its payload.
func signedManifest(layer string) (string, digest.Digest) {
	payload := encode(object{
		"schemaVersion": 1, "name": "app", "tag": "v1", "fsLayers": []object{{"blobSum": digest.FromString(layer)}},
	})
	body, tail := strings.TrimSuffix(payload, "\n}\n"), "\n}\n"
	header := encode(object{
		"formatLength": len(body), "formatTail": base64.RawURLEncoding.EncodeToString([]byte(tail)),
	})
	signature := encode([]object{
		{"protected": base64.RawURLEncoding.EncodeToString([]byte(header)), "signature": "c2ln"},
	})
	return body + ",\n   \"signatures\": " + signature + "}\n", digest.FromString(payload)
}

func TestSignedManifestThatMakesNoSense(t *testing.T) {
	protect := func(header string) string { return base64.RawURLEncoding.EncodeToString([]byte(header)) }
	for _, tt := range []struct{ name, protected string }{
		{"not base64", "*"},
		{"not JSON", protect("{")},
		{"longer than the manifest", protect(`{"formatLength":99,"formatTail":"fQ"}`)},
		{"no length", protect(`{"formatTail":"fQ"}`)},
		{"tail that is not base64", protect(`{"formatLength":1,"formatTail":"*"}`)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if payload, err := signedPayload([]byte(`{"a":1}`), tt.protected); err == nil {
				t.Errorf("payload %q", payload)
			}
		})
	}
}

func TestEachBlobIsNeededOnce(t *testing.T) {
	m, err := parseManifest([]byte(manifestOf("same", "same", "other", "same")), ociManifest)
	if err != nil || len(m.blobs) != 2 {
		t.Errorf("%v, %v", m.blobs, err)
	}
}

// What parseManifest lets through has a digest, a known type, and only references
// that the storage can be asked for.
func FuzzParseManifest(f *testing.F) {
	signed, _ := signedManifest("layer")
	for _, seed := range []string{
		manifestOf("config", "layer"), indexOf(dockerList, dockerManifest, "a", "b"), signed,
		`{"schemaVersion":2,"config":null}`, `{"schemaVersion":1,"fsLayers":[{}]}`, `[]`, `null`,
	} {
		f.Add([]byte(seed), "")
		f.Add([]byte(seed), ociManifest)
	}
	f.Fuzz(func(t *testing.T, raw []byte, declared string) {
		m, err := parseManifest(raw, declared)
		if err != nil {
			return
		}
		if !json.Valid(raw) || m.digest.Validate() != nil || m.mediaType == "" {
			t.Errorf("took %q as %s %s", raw, m.mediaType, m.digest)
		}
		for _, b := range m.blobs {
			if b.Digest.Validate() != nil {
				t.Errorf("needs %q", b.Digest)
			}
		}
	})
}
