package ecr

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"ecrmirror/internal/transient"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/manifest"
)

// A signed v2s1 manifest, whose digest leaves out the signatures.
func signedSchema1(t *testing.T) (content []byte, d digest.Digest) {
	t.Helper()
	content, err := manifest.AddDummyV2S1Signature([]byte(`{"schemaVersion":1,"name":"app","tag":"v1",` +
		`"architecture":"amd64",` +
		`"fsLayers":[{"blobSum":"sha256:` + strings.Repeat("1", 64) + `"}],"history":[{"v1Compatibility":"{}"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	d, err = manifest.Digest(content)
	if err != nil || d == digest.FromBytes(content) {
		t.Fatalf("digest %s, %v", d, err)
	}
	return content, d
}

func TestSourceGetManifest(t *testing.T) {
	schema1, schema1Digest := signedSchema1(t)
	const oci = `{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json"},"layers":[]}`
	for _, tt := range []struct {
		name, content, mediaType, want string // mediaType is ECR's
		digest                         digest.Digest
	}{
		{
			"type as ECR says", oci, "application/vnd.oci.image.manifest.v1+json",
			"application/vnd.oci.image.manifest.v1+json", "",
		},
		{"OCI manifest without a type", oci, "", "application/vnd.oci.image.manifest.v1+json", ""},
		{
			"OCI index without a type", `{"schemaVersion":2,"manifests":[]}`, "",
			"application/vnd.oci.image.index.v1+json", "",
		},
		{
			"Docker list",
			`{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json",` +
				`"manifests":[]}`, "",
			"application/vnd.docker.distribution.manifest.list.v2+json", "",
		},
		{
			"Docker v2s2",
			`{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{}}`, "",
			"application/vnd.docker.distribution.manifest.v2+json", "",
		},
		{
			"Docker v2s1, signed", string(schema1), "", "application/vnd.docker.distribution.manifest.v1+prettyjws",
			schema1Digest,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := tt.digest
			if d == "" {
				d = digest.FromString(tt.content)
			}
			w := newScript(t, func(operation string, w http.ResponseWriter, r *http.Request) bool {
				in := members(r)
				if operation != "BatchGetImage" || in["registryId"] != "111122223333" ||
					len(in["acceptedMediaTypes"].([]any)) != 6 {
					t.Errorf("%s %v", operation, in)
				}
				text, _ := json.Marshal(tt.content)
				return answer(w,
					`{"images":[{"imageId":{"imageDigest":%q},"imageManifest":%s,"imageManifestMediaType":%q}]}`, d,
					text, tt.mediaType)
			})
			for _, image := range []string{here + ":v1", here + "@" + d.String(), here + ":v1@" + d.String()} {
				content, mediaType, err := w.source(image).root(t.Context())
				if err != nil || string(content) != tt.content || mediaType != tt.want {
					t.Errorf("%s: got %s of type %s, %v", image, content, mediaType, err)
				}
			}
			if _, _, err := w.source(here + sha).root(t.Context()); !errors.Is(err, ErrDigestMismatch) {
				t.Errorf("another digest than asked for: %v", err)
			}
		})
	}
}

func TestSourceGetManifestAsksForWhatTheReferenceHas(t *testing.T) {
	d := sha[1:]
	for _, tt := range []struct {
		image    string
		instance bool
		want     map[string]any
	}{
		{here, false, map[string]any{"imageTag": "latest"}},
		{here + ":v1", false, map[string]any{"imageTag": "v1"}},
		{here + sha, false, map[string]any{"imageDigest": d}},
		{here + ":v1" + sha, false, map[string]any{"imageTag": "v1", "imageDigest": d}},
		{here + ":v1", true, map[string]any{"imageDigest": d}},
	} {
		var asked any
		w := newScript(t, func(_ string, w http.ResponseWriter, r *http.Request) bool {
			asked = members(r)["imageIds"]
			return answer(w, `{}`)
		})
		src := w.source(tt.image)
		if tt.instance {
			src.name.Tag, src.name.Digest = "", digest.Digest(d)
		}
		if _, _, err := src.root(t.Context()); !errors.Is(err, ErrImageNotFound) {
			t.Errorf("empty answer: %v", err)
		}
		if diff := cmp.Diff([]any{any(tt.want)}, asked); diff != "" {
			t.Errorf("%s: %s", tt.image, diff)
		}
	}
}

func TestSourceGetManifestFailures(t *testing.T) {
	for _, tt := range []struct {
		code      string
		want      error
		transient bool
	}{
		{"ImageNotFound", ErrImageNotFound, false},
		{"ImageTagDoesNotMatchDigest", ErrImageNotFound, false},
		{"InvalidImageDigest", nil, false},
		{"InvalidImageTag", nil, false},
		{"MissingDigestAndTag", nil, false},
		{"KmsError", nil, false},
		{"UpstreamAccessDenied", nil, false},
		{"UpstreamTooManyRequests", nil, true},
		{"UpstreamUnavailable", nil, true},
		{"ImageInaccessible", nil, false},
	} {
		w := newScript(t, func(_ string, w http.ResponseWriter, _ *http.Request) bool {
			return answer(w,
				`{"images":[],"failures":[{"imageId":{"imageTag":"v1"},"failureCode":%q,"failureReason":"the `+
					`reason"}]}`, tt.code)
		})
		_, _, err := w.source(here + ":v1").root(t.Context())
		if err == nil || !strings.Contains(err.Error(), tt.code+": the reason") || tt.want != nil && !errors.Is(err,
			tt.want) || transient.Is(err) != tt.transient {
			t.Errorf("%s: got %v, transient %v", tt.code, err, transient.Is(err))
		}
	}
}

func TestSourceGetManifestRefusesForgeries(t *testing.T) {
	w := newScript(t, func(_ string, w http.ResponseWriter, _ *http.Request) bool {
		return answer(w, `{"images":[{"imageId":{"imageDigest":%q},"imageManifest":"{}"}]}`, sha[1:])
	})
	if content, _, err := w.source(here + ":v1").root(t.Context()); !errors.Is(err, ErrDigestMismatch) ||
		content != nil {
		t.Errorf("got %q, %v", content, err)
	}
}
