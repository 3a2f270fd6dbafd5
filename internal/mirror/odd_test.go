package mirror_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror"
)

// typed is a descriptor of that type.
func typed(mediaType, content string) string {
	return strings.Replace(descriptor(content, int64(len(content))), "application/octet-stream", mediaType, 1)
}

// inline is a descriptor with data in it.
func inline(mediaType, content, data string) string {
	return strings.TrimSuffix(typed(mediaType, content), "}") + `,"data":"` + base64.StdEncoding.EncodeToString(
		[]byte(data)) + `"}`
}

// blob is content that the source has as a blob alone.
func blob(content string) served {
	return served{answer: func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/manifests/") {
			w.WriteHeader(http.StatusNotFound)
			_, _ = fmt.Fprint(w, `{"errors":[{"code":"MANIFEST_UNKNOWN"}]}`)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		_, _ = fmt.Fprint(w, content)
	}}
}

const (
	ociLayer  = "application/vnd.oci.image.layer.v1.tar+gzip"
	ociConfig = "application/vnd.oci.image.config.v1+json"
)

// Odd images are copied exactly, or refused before anything is written with what is odd about them.
func TestOddImages(t *testing.T) {
	image := imageOf(descriptor("config", 6), typed(ociLayer, "layer"))
	b := newBench(t)
	for _, c := range []struct {
		name, mediaType, root string
		there                 []string // blobs that the source has
		more                  map[string]string
		err                   string // "" if it is copied
	}{
		{
			"BuildKit's cache", ociIndex,
			indexOf(typed(ociLayer, "layer"), typed("application/vnd.buildkit.cacheconfig.v0", "{}")),
			[]string{"layer", "{}"},
			nil, "",
		},
		{
			"BuildKit's cache, as a list", dockerList,
			indexOf(typed("application/vnd.docker.image.rootfs.diff.tar.gzip", "layer")),
			[]string{"layer"},
			nil, "",
		},
		{
			"an index of what nobody knows", ociIndex, indexOf(typed("application/x-thing", "layer")),
			[]string{"layer"},
			nil, "",
		},
		{
			"an index of blobs and an image", ociIndex, indexOf(typed(ociLayer, "more"), typed(ociManifest, image)),
			[]string{"more", "config", "layer"},
			map[string]string{ociManifest: image},
			"",
		},
		{
			"an image by a type that nobody knows", ociIndex, indexOf(descriptor(image, int64(len(image)))),
			[]string{"config", "layer"},
			map[string]string{ociManifest: image},
			"",
		},
		{
			"an image without a type", ociIndex,
			indexOf(strings.Replace(descriptor(image, int64(len(image))), `"mediaType":"application/octet-stream",`, "",
				1)),
			[]string{"config", "layer"},
			map[string]string{ociManifest: image},
			"",
		},
		{
			"an artifact in an index", ociIndex,
			indexOf(typed("application/vnd.oci.artifact.manifest.v1+json", `{"blobs":[]}`)), nil,
			map[string]string{"application/vnd.oci.artifact.manifest.v1+json": `{"blobs":[]}`},
			`unknown media type "application/vnd.oci.artifact.manifest.v1+json"`,
		},
		{"a blob that is not there", ociIndex, indexOf(typed(ociLayer, "layer")), nil, nil, "404 Not Found"},
		{
			"data of what is there", ociManifest, imageOf(inline(ociConfig, "config", "config")),
			[]string{"config"},
			nil, "",
		},
		{"data of what is nowhere else", ociManifest, imageOf(inline(ociConfig, "config", "config"),
			inline(ociLayer, "layer", "layer")), nil, nil, ""},
		{
			"an instance as data", ociIndex, indexOf(inline(ociManifest, image, image)),
			[]string{"config", "layer"},
			nil, "",
		},
		{"other data", ociManifest, imageOf(inline(ociConfig, "config", "CONFIG")), []string{"config"}, nil, ""},
		{
			"other data, and nothing else", ociManifest, imageOf(inline(ociConfig, "config", "CONFIG")), nil, nil,
			"404 Not Found",
		},
		{
			"data of no size", ociManifest,
			imageOf(strings.Replace(inline(ociConfig, "config", "config"), `"size":6`, `"size":5`, 1)),
			[]string{"config"},
			nil, "the blob has 6 bytes there, and not the 5 of its descriptor",
		},
		{
			"a size of 0", ociManifest, imageOf(descriptor("config", 6), descriptor("layer", 0)),
			[]string{"config", "layer"},
			nil,
			`blob "` + digest.FromString("layer").String() +
				`" has 0 bytes by its descriptor, and its digest is not that of nothing`,
		},
		{
			"no size", ociManifest,
			imageOf(descriptor("config", 6), strings.Replace(descriptor("layer", 0), `,"size":0`, "", 1)),
			[]string{"config", "layer"},
			nil, "has 0 bytes by its descriptor",
		},
		{
			"a size for nothing", ociManifest, imageOf(descriptor("config", 6), descriptor("", 5)),
			[]string{"config", ""},
			nil, "has 5 bytes by its descriptor, and its digest is that of nothing",
		},
		{"nothing", ociManifest, imageOf(descriptor("config", 6), descriptor("", 0)), []string{"config", ""}, nil, ""},
		{
			"a size of 0 in an index", ociIndex,
			indexOf(strings.Replace(descriptor("x", 0), "octet-stream", "x-thing", 1)),
			[]string{"x"},
			nil,
			"has 0 bytes by its descriptor",
		},
		{
			"a size that is too small", ociManifest, imageOf(descriptor("config", 5)),
			[]string{"config"},
			nil,
			"the blob has 6 bytes there, and not the 5 of its descriptor",
		},
		{
			"a size that is too large", ociManifest, imageOf(descriptor("config", 7)),
			[]string{"config"},
			nil,
			"the blob has 6 bytes there, and not the 7 of its descriptor",
		},
	} {
		more := map[string]served{}
		for _, content := range c.there {
			more[digest.FromString(content).String()] = blob(content)
		}
		for mediaType, content := range c.more {
			more[digest.FromString(content).String()] = served{mediaType: mediaType, content: []byte(content)}
		}
		s := serve(c.mediaType, c.root, more)
		delete(s.served, digest.FromString("blob").String())
		result := b.copy(t, s)
		if (result.State != mirror.Failed) != (c.err == "") || c.err != "" &&
			(!strings.Contains(result.Err.Error(), c.err) || result.Transient) {
			t.Errorf("%s: %s: %v", c.name, result.State, result.Err)
		}
	}
}

const dockerList = "application/vnd.docker.distribution.manifest.list.v2+json"

// The bytes of an image whose layers have no sizes are counted as they pass.
func TestBytesOfSchema1AreCounted(t *testing.T) {
	const root = `{"schemaVersion":1,"name":"a","tag":"1","architecture":"amd64",` +
		`"fsLayers":[{"blobSum":"sha256:%s"}],"history":[{"v1Compatibility":"{\"id\":\"1111111111111111111111111111111111111111111111111111111111111111\"}"}]}`
	layer := strings.Repeat("layer", 100)
	d := digest.FromString(layer)
	s := serve("application/vnd.docker.distribution.manifest.v1+json", fmt.Sprintf(root, d.Encoded()),
		map[string]served{d.String(): blob(layer)})
	if result := newBench(t).copy(t, s); result.State != mirror.Copied || result.BytesSent != 500 ||
		result.BlobsSent != 1 {
		t.Errorf("%+v", result)
	}
}

// A blob of another size at the destination is not the blob, whatever its name.
func TestABlobOfAnotherSizeIsSentAgain(t *testing.T) {
	for name, length := range map[string]string{"none": "0", "fewer": "3", "more": "99", "the same": "4"} {
		s := serve(ociManifest, imageOf(descriptor("blob", 4)), nil)
		s.oddly = func(w http.ResponseWriter, r *http.Request) bool {
			hit := r.Method == http.MethodHead && strings.HasPrefix(r.URL.Path, "/v2/dst/blobs/")
			if hit {
				w.Header().Set("Content-Length", length)
			}
			return hit
		}
		b := newBench(t)
		if length == "4" { // then it is believed
			s.oddly = nil
			if result := b.copy(t, s); result.BlobsSent != 1 {
				t.Errorf("%s: %+v", name, result)
			}
			continue
		}
		if result := b.copy(t, s); result.State != mirror.Copied || result.BlobsSent != 1 ||
			string(s.blobs[digest.FromString("blob").String()]) != "blob" {
			t.Errorf("%s: %+v", name, result)
		}
	}
}

// Where asking for the source's digest tells nothing, reading it does.
func TestReadingDecidesAboutASource(t *testing.T) {
	b := newBench(t)
	for _, code := range []int{400, 401, 403, 404, 405, 406, 410, 501} {
		s := serve(ociManifest, imageOf(descriptor("blob", 4)), nil)
		s.oddly = func(w http.ResponseWriter, r *http.Request) bool {
			hit := r.Method == http.MethodHead && strings.HasPrefix(r.URL.Path, "/v2/src/manifests/")
			if hit {
				w.WriteHeader(code)
			}
			return hit
		}
		if result := b.copy(t, s); result.State != mirror.Copied {
			t.Errorf("%d: %v", code, result.Err)
		}
	}
	s := serve(ociManifest, imageOf(descriptor("blob", 4)), nil)
	s.oddly = func(w http.ResponseWriter, r *http.Request) bool {
		hit := strings.HasPrefix(r.URL.Path, "/v2/src/manifests/")
		if hit {
			w.WriteHeader(http.StatusNotFound)
			_, _ = fmt.Fprint(w,
				`{"errors":[{"code":"MANIFEST_UNKNOWN","message":"OCI artifact found, but not accepted"}]}`)
		}
		return hit
	}
	result := b.copy(t, s)
	if !errors.Is(result.Err, mirror.ErrAbsent) || result.Transient || !strings.Contains(result.Err.Error(),
		"image does not exist: ") || !strings.Contains(result.Err.Error(), "but not accepted") {
		t.Errorf("%v", result.Err)
	}
}
