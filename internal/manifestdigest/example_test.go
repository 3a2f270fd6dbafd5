package manifestdigest_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/manifestdigest"
)

// The digest of a manifest is that of its bytes, whatever they are.
func ExampleOf() {
	manifest := []byte(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}`)
	d, err := manifestdigest.Of(manifest)
	fmt.Println(d == digest.FromBytes(manifest), err)
	// Output:
	// true <nil>
}

// A signed manifest of schema 1 has the digest of what was signed: its signatures are not part of it.
func ExampleOf_signed() {
	const signed = `{"schemaVersion":1,"name":"app","tag":"1","fsLayers":[],"history":[]`
	tail := base64.RawURLEncoding.EncodeToString([]byte("}"))
	protected, err := json.Marshal(map[string]any{"formatLength": len(signed), "formatTail": tail})
	if err != nil {
		fmt.Println(err)
		return
	}
	manifest := signed + `,"signatures":[{"header":{"alg":"ES256"},"signature":"c2ln","protected":"` +
		base64.RawURLEncoding.EncodeToString(protected) + `"}]}`

	d, err := manifestdigest.Of([]byte(manifest))
	fmt.Println(d == digest.FromString(signed+"}"), err)
	// Output:
	// true <nil>
}
