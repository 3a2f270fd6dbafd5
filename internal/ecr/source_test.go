package ecr

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ecrmirror/internal/transient"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/manifest"
)

// A signed v2s1 manifest, whose digest leaves out the signatures.
func signedSchema1(t *testing.T) (content []byte, d digest.Digest) {
	t.Helper()
	content, err := manifest.AddDummyV2S1Signature([]byte(`{"schemaVersion":1,"name":"app","tag":"v1","architecture":"amd64",` +
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
		{"type as ECR says", oci, "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.manifest.v1+json", ""},
		{"OCI manifest without a type", oci, "", "application/vnd.oci.image.manifest.v1+json", ""},
		{"OCI index without a type", `{"schemaVersion":2,"manifests":[]}`, "", "application/vnd.oci.image.index.v1+json", ""},
		{
			"Docker list", `{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json","manifests":[]}`, "",
			"application/vnd.docker.distribution.manifest.list.v2+json", "",
		},
		{
			"Docker v2s2", `{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{}}`, "",
			"application/vnd.docker.distribution.manifest.v2+json", "",
		},
		{"Docker v2s1, signed", string(schema1), "", "application/vnd.docker.distribution.manifest.v1+prettyjws", schema1Digest},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := tt.digest
			if d == "" {
				d = digest.FromString(tt.content)
			}
			w := newScript(t, func(operation string, w http.ResponseWriter, r *http.Request) bool {
				in := members(r)
				if operation != "BatchGetImage" || in["registryId"] != "111122223333" || len(in["acceptedMediaTypes"].([]any)) != 6 {
					t.Errorf("%s %v", operation, in)
				}
				text, _ := json.Marshal(tt.content)
				return answer(w, `{"images":[{"imageId":{"imageDigest":%q},"imageManifest":%s,"imageManifestMediaType":%q}]}`, d, text, tt.mediaType)
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
			return answer(w, `{"images":[],"failures":[{"imageId":{"imageTag":"v1"},"failureCode":%q,"failureReason":"the reason"}]}`, tt.code)
		})
		_, _, err := w.source(here + ":v1").root(t.Context())
		if err == nil || !strings.Contains(err.Error(), tt.code+": the reason") || tt.want != nil && !errors.Is(err, tt.want) || transient.Is(err) != tt.transient {
			t.Errorf("%s: got %v, transient %v", tt.code, err, transient.Is(err))
		}
	}
}

func TestSourceGetManifestRefusesForgeries(t *testing.T) {
	w := newScript(t, func(_ string, w http.ResponseWriter, _ *http.Request) bool {
		return answer(w, `{"images":[{"imageId":{"imageDigest":%q},"imageManifest":"{}"}]}`, sha[1:])
	})
	if content, _, err := w.source(here + ":v1").root(t.Context()); !errors.Is(err, ErrDigestMismatch) || content != nil {
		t.Errorf("got %q, %v", content, err)
	}
}

func TestSourceGetBlob(t *testing.T) {
	w := newWorld(t)
	layer := randomBytes(2*mib + 77)
	w.push(here+":v1", layer)
	for name, info := range map[string]Blob{
		"size known":     blobInfo(layer),
		"size unknown":   {Digest: blobInfo(layer).Digest, Size: -1},
		"config, small ": blobInfo([]byte("{}")),
	} {
		body, size, err := w.source(here+":v1").Blob(t.Context(), info)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(body)
		if err != nil || digest.FromBytes(got) != info.Digest || size != int64(len(got)) {
			t.Errorf("%s: got %d of %d bytes, %v", name, len(got), size, err)
		}
		body.Close()
	}
	w.checkBudget()
}

func TestSourceGetBlobReportsAtOnceThatThereIsNone(t *testing.T) {
	w := newWorld(t)
	w.push(here+":v1", []byte("layer"))
	dest := w.destination(here)
	unreferenced := w.put(dest, []byte("nobody names this"))
	for _, info := range []Blob{unreferenced, {Digest: digest.Digest(sha[1:]), Size: 10}} {
		if _, _, err := w.source(here+":v1").Blob(t.Context(), info); !errors.Is(err, ErrLayersNotFound) {
			t.Errorf("%s: got %v", info.Digest, err)
		}
	}
}

func TestSourceGetBlobOutlivesFaults(t *testing.T) {
	layer := randomBytes(2*mib + 77)
	for name, breaks := range map[string]func(*world) fault{
		"503": func(*world) fault {
			return func(_ string, w http.ResponseWriter, _ *http.Request) bool {
				w.WriteHeader(http.StatusServiceUnavailable)
				return true
			}
		},
		"truncated": func(*world) fault {
			return func(_ string, w http.ResponseWriter, r *http.Request) bool {
				var first, last int
				if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &first, &last); err != nil {
					return false
				}
				w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(layer)))
				w.Header().Set("Content-Length", fmt.Sprint(last-first+1))
				w.WriteHeader(http.StatusPartialContent)
				_, _ = w.Write(layer[first : first+(last-first)/2])
				return true
			}
		},
		"expired": func(w *world) fault {
			return func(string, http.ResponseWriter, *http.Request) bool { w.pass(2 * time.Hour); return false }
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.push(here+":v1", layer)
			f := breaks(w)
			var broken atomic.Int32
			w.breakBy(func(operation string, rw http.ResponseWriter, r *http.Request) bool {
				return operation == "GetObject" && broken.Add(1)%4 == 2 && broken.Load() < 8 && f(operation, rw, r)
			})
			body, _, err := w.source(here+":v1").Blob(t.Context(), blobInfo(layer))
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, layer) {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
		})
	}
}

func TestSourceGetBlobNeverEndsEarly(t *testing.T) {
	w := newWorld(t)
	layer := randomBytes(mib)
	w.push(here+":v1", layer)
	w.breakBy(func(operation string, _ http.ResponseWriter, r *http.Request) bool {
		if operation == "GetObject" && strings.HasPrefix(r.Header.Get("Range"), "bytes=524288-") {
			panic(http.ErrAbortHandler)
		}
		return false
	})
	body, _, err := w.source(here+":v1").Blob(t.Context(), blobInfo(layer))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(body)
	if err == nil || !bytes.Equal(got, layer[:mib/2]) || !transient.Is(err) || strings.Contains(err.Error(), "X-Amz") {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	body.Close()
	w.checkBudget()
}

func TestSourceGetBlobReadsForeignLayersWhereTheyAre(t *testing.T) {
	content := []byte("a layer of somebody else's")
	var once sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("credentials were sent")
		}
		once.Do(func() { w.WriteHeader(http.StatusNotFound) })
		_, _ = w.Write(content)
	}))
	defer server.Close()
	w := newScript(t, func(operation string, w http.ResponseWriter, _ *http.Request) bool {
		t.Errorf("%s was called", operation)
		return refuse(w, http.StatusBadRequest, "InvalidParameterException", "")
	})
	info := blobInfo(content)
	urls := []string{"ftp://host/layer", server.URL + "/gone", server.URL + "/layer"}
	body, size, err := w.client.ForeignBlob(t.Context(), info, urls)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, content) || size != info.Size {
		t.Errorf("got %q of %d bytes, %v", got, size, err)
	}
	if _, _, err := w.client.ForeignBlob(t.Context(), info, urls[:1]); err == nil {
		t.Error("no error where no URL delivers")
	}
}
