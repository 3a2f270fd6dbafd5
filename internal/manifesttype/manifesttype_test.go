package manifesttype

import (
	"slices"
	"testing"

	"go.podman.io/image/v5/manifest"
)

const (
	ociManifest  = "application/vnd.oci.image.manifest.v1+json"
	ociIndex     = "application/vnd.oci.image.index.v1+json"
	ociConfig    = `"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:a","size":1}`
	dockerConfig = `"config":{"mediaType":"application/vnd.docker.container.image.v1+json"}`
)

// plain are manifests as they come, and such as do not.
var plain = []string{
	`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",` + ociConfig + `,"layers":[]}`,
	`{"schemaVersion":2,` + ociConfig + `}`, `{"schemaVersion":2,` + dockerConfig + `}`,
	`{"schemaVersion":2,"config":{"mediaType":"x/y"}}`,
	`{"schemaVersion":2,"manifests":[{}]}`, `{"schemaVersion":2,"manifests":[]}`,
	`{"schemaVersion":2,"manifests":null}`, `{"schemaVersion":2,"manifests":{}}`,
	`{"schemaVersion":2,"manifests":[{}],"config":{"mediaType":"x/y"}}`,
	`{"schemaVersion":2,"manifests":[{}],"config":null}`,
	`{"schemaVersion":2,"manifests":[{}],"config":[]}`, `{"schemaVersion":2,"config":{"mediaType":1}}`,
	`{"schemaVersion":2}`,
	`{"SchemaVersion":2}`, `{"schemaVersion":2,"schemaVersion":1}`, `{"schemaVersion":"2"}`, `{"schemaVersion":2.0}`,
	`{"schemaVersion":null}`,
	`{"mediaType":1,"schemaVersion":2}`, `{"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json"}`,
	`{"mediaType":"x/y"}`,
	`{"\u006dediaType":"application\/vnd.oci.image.index.v1+json"}`,
	`{"schemaVersion":1}`, `{"schemaVersion":1,"signatures":null}`, `{}`, `[]`, `null`, `1`, ``, `{`,
	`{"schemaVersion":2} {}`,
}

func TestTypesAreThoseOfTheLibrary(t *testing.T) {
	for _, content := range plain {
		sameType(t, content)
	}
	for content, want := range map[string]string{
		plain[0]: ociManifest, `{"schemaVersion":2,"manifests":[]}`: ociIndex,
		`{"schemaVersion":2,"manifests":[{}],"layers":null}`: ociIndex,
		`{"schemaVersion":2,"manifests":[],"layers":[]}`:     ociManifest,
		`{"schemaVersion":2,"manifests":[],"config":{}}`:     ociManifest,
	} {
		if got := Of([]byte(content)); got != want {
			t.Errorf("%s: %q, want %q", content, got, want)
		}
	}
}

// sameType holds a type against that which go.podman.io/image finds.
func sameType(t *testing.T, content string) {
	t.Helper()
	got, want := Of([]byte(content)), manifest.GuessMIMEType([]byte(content))
	switch {
	case got == want:
	case want == "" && got == ociIndex: // whose instances are for the reader to judge
	case want == ociManifest && got == ociIndex: // without instances, and without a config or layers
	// of an index that has a config, that one's
	case got == "" && !slices.Contains(manifest.DefaultRequestedManifestMIMETypes, want):
	default:
		t.Errorf("%s: %q, want %q", content, got, want)
	}
}

// FuzzOf holds types against the library's.
func FuzzOf(f *testing.F) {
	for _, content := range plain {
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content string) {
		if len(content) <= longest {
			sameType(t, content)
		}
	})
}
