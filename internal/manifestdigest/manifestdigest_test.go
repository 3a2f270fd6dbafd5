package manifestdigest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/manifest"
)

const unsigned = `{
   "schemaVersion": 1,
   "name": "app",
   "tag": "1",
   "fsLayers": [{"blobSum": "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4"}],
   "history": [{"v1Compatibility": "{\"id\":\"a\"}"}]
}`

// signature is one of the first length bytes of a manifest and a tail.
func signature(length any, tail string) string {
	protected, _ := json.Marshal(map[string]any{
		"formatLength": length, "formatTail": base64.RawURLEncoding.EncodeToString([]byte(tail)),
	})
	return `{"header":{"alg":"ES256"},"signature":"c2ln","protected":"` + base64.RawURLEncoding.EncodeToString(
		protected) + `"}`
}

// signedBy returns the manifest with the signatures.
func signedBy(signatures ...string) string {
	return strings.TrimSuffix(unsigned, "\n}") + ",\n   \"signatures\": [" + strings.Join(signatures, ",") + "]\n}"
}

func TestTheDigestLeavesSignaturesOut(t *testing.T) {
	length := len(unsigned) - len("\n}")
	library, err := manifest.AddDummyV2S1Signature([]byte(unsigned))
	if err != nil {
		t.Fatal(err)
	}
	for raw, of := range map[string]string{
		"":         "",
		"not JSON": "not JSON",
		`{"schemaVersion":2,"signatures":[{"protected":"e30"}]}`:     `{"schemaVersion":2,"signatures":[{"protected":"e30"}]}`,
		`{"schemaVersion":1,"signatures":null}`:                      `{"schemaVersion":1,"signatures":null}`,
		unsigned:                                                     unsigned,
		string(library):                                              unsigned,
		signedBy(signature(length, "\n}")):                           unsigned,
		signedBy(signature(length, "\n}"), signature(length, "\n}")): unsigned,
	} {
		for _, algorithm := range []digest.Algorithm{digest.SHA256, digest.SHA512} {
			if got, err := By(algorithm, []byte(raw)); err != nil || got != algorithm.FromString(of) {
				t.Errorf("%s: %s, %v; want that of %s", raw, got, err, of)
			}
		}
	}
	if got, err := Of(library); err != nil || got != digest.FromString(unsigned) {
		t.Errorf("%s, %v", got, err)
	}
}

// Otherwise a registry could give any manifest for the digest asked for, or make the program panic.
func TestWhatWasNotSignedHasNoDigest(t *testing.T) {
	length := len(unsigned) - len("\n}")
	right := signature(length, "\n}")
	body := strings.TrimSuffix(unsigned, "\n}")
	for name, raw := range map[string]string{
		"no signature":                   signedBy(),
		"another manifest in the tail":   signedBy(signature(0, `{"schemaVersion":2}`)),
		"the same after the brace":       signedBy(signature(1, `"schemaVersion":2}`)),
		"a member in the tail":           signedBy(signature(length, `,"architecture":"arm64"}`)),
		"no tail":                        signedBy(signature(length, "")),
		"another end":                    signedBy(signature(length, "]")),
		"two ends":                       signedBy(signature(length, "}}")),
		"-1 bytes":                       signedBy(signature(-1, "\n}")),
		"more than an int":               signedBy(signature(1e300, "\n}")),
		"more than there is":             signedBy(signature(1<<20, "\n}")),
		"all of it":                      signedBy(signature(len(signedBy(right)), "\n}")),
		"half a byte":                    signedBy(signature(1.5, "\n}")),
		"a text of bytes":                signedBy(signature("1", "\n}")),
		"fewer members":                  signedBy(signature(strings.Index(unsigned, `,`+"\n   \"history"), "\n}")),
		"within a member":                signedBy(signature(length-1, "\n}")),
		"two of different bytes":         signedBy(right, signature(length, "}")),
		"right, then wrong":              signedBy(right, signature(0, `{}`)),
		"a member after the signatures":  strings.TrimSuffix(signedBy(right), "\n}") + `,"fsLayers":[]}`,
		"a member before the signatures": body + `,"fsLayers":[],"signatures":[` + right + `]}`,
		"signatures twice":               body + `,"signatures":[` + right + `],"signatures":[` + right + `]}`,
		"in other letters":               body + `,"Signatures":[` + right + `]}`,
		"signatures of signatures": strings.TrimSuffix(signedBy(right),
			"\n}") + `,"signatures":[` + signature(len(signedBy(right))-2, "}") + `]}`,
		"an object":  body + `,"signatures":{"protected":"e30"}}`,
		"a text":     body + `,"signatures":"e30"}`,
		"not base64": signedBy(`{"protected":"*"}`),
		"not JSON":   signedBy(`{"protected":"ew"}`),
		"a tail that is not base64": signedBy(`{"protected":"` + base64.RawURLEncoding.EncodeToString(
			[]byte(`{"formatLength":1,"formatTail":"*"}`)) + `"}`),
		"many, the last wrong": signedBy(strings.Repeat(right+",", 20_000) + signature(2, "}")),
	} {
		if got, err := Of([]byte(raw)); !errors.Is(err, errPayload) {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

// FuzzOf holds every digest against what the manifest says without its signatures.
func FuzzOf(f *testing.F) {
	f.Add([]byte(unsigned), 1, "}")
	f.Add([]byte(signedBy(signature(len(unsigned)-2, "\n}"))), len(unsigned)-2, "\n}")
	f.Fuzz(func(t *testing.T, raw []byte, length int, tail string) {
		for _, doc := range [][]byte{
			raw,
			[]byte(strings.TrimSuffix(strings.TrimSpace(string(raw)), "}") + `,"signatures":[` + signature(length,
				tail) + `]}`),
		} {
			got, err := Of(doc)
			if err != nil || manifest.GuessMIMEType(doc) != manifest.DockerV2Schema1SignedMediaType {
				continue
			}
			if library, err := manifest.Digest(doc); err == nil && library != got {
				t.Errorf("the library says %s, not %s", library, got)
			}
			var says map[string]json.RawMessage
			if err := json.Unmarshal(doc, &says); err != nil {
				t.Fatal(err)
			}
			delete(says, "signatures")
			payload, _ := signedPayload(doc)
			var signed map[string]json.RawMessage
			if err := json.Unmarshal(payload, &signed); err != nil || fmt.Sprint(signed) != fmt.Sprint(says) {
				t.Errorf("signed is %s, %v; the manifest says %s", payload, err, doc)
			}
		}
	})
}

// Whatever the signatures are, little is made of them.
func TestLittleIsMadeOfHostileSignatures(t *testing.T) {
	many := func(s string) string { return strings.TrimSuffix(strings.Repeat(s+",", 300_000), ",") }
	body := strings.TrimSuffix(unsigned, "\n}")
	for name, raw := range map[string]string{
		"empty":   body + `,"signatures":[` + many("{}") + `]}`,
		"lists":   body + `,"signatures":[` + many("[]") + `]}`,
		"members": body + `,` + many(`"":0`) + `,"signatures":[{}]}`,
		"a long header": body + `,"signatures":[{"protected":"` + base64.RawURLEncoding.EncodeToString(
			[]byte(`[`+many("{}")+`]`)) + `"}]}`,
		"more after": body + `,"signatures":[` + signature(len(body), "\n}") + `],"x":[` + many("{}") + `]}`,
	} {
		var err error
		allocations := testing.AllocsPerRun(1, func() { _, err = Of([]byte(raw)) })
		if !errors.Is(err, errPayload) || allocations > 200 {
			t.Errorf("%s: %v allocations, %v", name, allocations, err)
		}
	}
}
