package check_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"ecrmirror/demo/check"
	"ecrmirror/testkit/registrytest"
)

func TestEqualImagesMatch(t *testing.T) {
	w := newWorld(t)
	for _, image := range []string{"source/app:1", "copy/app:2"} {
		w.push(image, w.index)
	}
	tree := w.read("source/app:1")
	results := tree.Compare(t.Context(), w.host+"/copy/app:2")
	var what []string
	for _, r := range results {
		what = append(what, r.Manifest.What)
		if about := strings.HasPrefix(r.Manifest.What, "attestation"); r.Manifest.About != about {
			t.Errorf("%s: is about another: %t", r.Manifest.What, r.Manifest.About)
		}
		if r.Err != nil || r.Digest != r.Manifest.Digest {
			t.Errorf("%s: digest %s, want %s; error %v", r.Manifest.What, r.Digest, r.Manifest.Digest, r.Err)
		}
	}
	want := []string{"OCI index", "linux/amd64", "linux/arm64", "attestation of linux/arm64"}
	if d := cmp.Diff(want, what); d != "" {
		t.Errorf("manifests (-want +got):\n%s", d)
	}
	if r := results[1]; r.Blobs != 3 || r.Size <= 2*layerSize {
		t.Errorf("%s: %d blobs of %d bytes, want config and two layers", r.Manifest.What, r.Blobs, r.Size)
	}
	if size := results[1].Size + results[2].Size + results[3].Size; tree.Size() != size {
		t.Errorf("tree of %d bytes, its blobs have %d", tree.Size(), size)
	}
}

func TestSharedBlobsCountOnce(t *testing.T) {
	w := newWorld(t)
	image := w.image()
	twice := mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: image},
		mutate.IndexAddendum{Add: mutate.MediaType(image, types.OCIManifestSchema1)})
	w.push("app:1", twice)
	w.push("one:1", image)
	if two, one := w.read("app:1").Size(), w.read("one:1").Size(); two != one {
		t.Errorf("%d bytes, want %d", two, one)
	}
	w.push("other:1", w.index)
	one, other := w.read("one:1"), w.read("other:1")
	if got, want := check.Size(one, other, one), one.Size()+other.Size(); got != want {
		t.Errorf("%d bytes of several images, want %d", got, want)
	}
}

func TestDifferencesAreFound(t *testing.T) {
	for _, tc := range []struct {
		name  string
		spoil func(w *world)
		in    string // manifest whose result has the error
		want  string
	}{
		{"other digest", func(w *world) { w.push("copy/app:1", empty.Index) }, "OCI index", "differs from the source"},
		{"no tag", func(w *world) { w.refuse("/v2/copy/app/manifests/1") }, "OCI index", "manifest"},
		{
			"no instance", func(w *world) { w.refuse("/v2/copy/app/manifests/" + w.instance(1)) },
			"linux/arm64", "manifest",
		},
		{
			"other instance", func(w *world) { w.replace("/v2/copy/app/manifests/"+w.instance(1), "{}") },
			"linux/arm64", "manifest",
		},
		{"no blob", func(w *world) { w.refuse("/v2/copy/app/blobs/" + w.layer(1)) }, "linux/arm64", "blob"},
		{
			"other blob", func(w *world) { w.replace("/v2/copy/app/blobs/"+w.layer(1), strings.Repeat("x", layerSize)) },
			"linux/arm64", "blob",
		},
		{"short blob", func(w *world) { w.replace("/v2/copy/app/blobs/"+w.layer(1), "x") }, "linux/arm64", "blob"},
		{"other media type", func(w *world) { w.retype("/v2/copy/app/manifests/1") }, "OCI index", "media type"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			w.push("source/app:1", w.index)
			w.push("copy/app:1", w.index)
			tc.spoil(w)
			found := false
			for _, r := range w.read("source/app:1").Compare(t.Context(), w.host+"/copy/app:1") {
				if r.Manifest.What != tc.in && r.Err != nil {
					t.Errorf("%s: %v", r.Manifest.What, r.Err)
				}
				if r.Manifest.What == tc.in && r.Err != nil && strings.Contains(r.Err.Error(), tc.want) {
					found = true
				}
			}
			if !found {
				t.Errorf("no error about %q in %s", tc.want, tc.in)
			}
		})
	}
}

func TestBadNamesAndMissingImagesAreErrors(t *testing.T) {
	w := newWorld(t)
	w.push("app:1", w.index)
	for _, image := range []string{"", "UPPER:1", w.host + "/app:2", w.host + "/none:1"} {
		if tree, err := check.Read(t.Context(), image); err == nil {
			t.Errorf("read %q: %v", image, tree)
		}
	}
	for _, r := range w.read("app:1").Compare(t.Context(), "UPPER:1") {
		if r.Err == nil {
			t.Errorf("%s matches in a repository of an impossible name", r.Manifest.What)
		}
	}
}

func TestEndedContextIsAnError(t *testing.T) {
	w := newWorld(t)
	w.push("app:1", w.index)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, r := range w.read("app:1").Compare(ctx, w.host+"/app:1") {
		if r.Err == nil {
			t.Errorf("%s matches", r.Manifest.What)
		}
	}
}

const layerSize = 1000

// A world is a registry in memory, of which single answers can be broken.
type world struct {
	t      *testing.T
	host   string
	broken map[string]http.HandlerFunc // by path
	index  v1.ImageIndex
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, broken: map[string]http.HandlerFunc{}}
	front := registrytest.New()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if handler, ok := w.broken[r.URL.Path]; ok {
			handler(rw, r)
			return
		}
		front.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	w.host = strings.TrimPrefix(server.URL, "http://")
	w.index = w.makeIndex()
	return w
}

// makeIndex makes an index of two platforms and an attestation.
func (w *world) makeIndex() v1.ImageIndex {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, architecture := range []string{"amd64", "arm64"} {
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: w.image(), Descriptor: v1.Descriptor{
			Platform: &v1.Platform{OS: "linux", Architecture: architecture},
		}})
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		w.t.Fatal(err)
	}
	return mutate.AppendManifests(index, mutate.IndexAddendum{Add: w.image(), Descriptor: v1.Descriptor{
		Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"},
		Annotations: map[string]string{
			"vnd.docker.reference.type":   "attestation-manifest",
			"vnd.docker.reference.digest": manifest.Manifests[1].Digest.String(),
		},
	}})
}

func (w *world) image() v1.Image {
	image, err := random.Image(layerSize, 2)
	if err != nil {
		w.t.Fatal(err)
	}
	return image
}

func (w *world) push(image string, content remote.Taggable) {
	w.t.Helper()
	ref, err := name.ParseReference(w.host + "/" + image)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := remote.Push(ref, content, remote.WithContext(w.t.Context())); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(image string) *check.Tree {
	w.t.Helper()
	tree, err := check.Read(w.t.Context(), w.host+"/"+image)
	if err != nil {
		w.t.Fatal(err)
	}
	return tree
}

// instance returns the digest of the index's instance number n.
func (w *world) instance(n int) string {
	manifest, err := w.index.IndexManifest()
	if err != nil {
		w.t.Fatal(err)
	}
	return manifest.Manifests[n].Digest.String()
}

// layer returns the digest of the last layer of the index's instance number n.
func (w *world) layer(n int) string {
	hash, err := v1.NewHash(w.instance(n))
	if err != nil {
		w.t.Fatal(err)
	}
	image, err := w.index.Image(hash)
	if err != nil {
		w.t.Fatal(err)
	}
	layers, err := image.Layers()
	if err != nil {
		w.t.Fatal(err)
	}
	digest, err := layers[len(layers)-1].Digest()
	if err != nil {
		w.t.Fatal(err)
	}
	return digest.String()
}

func (w *world) refuse(path string) { w.broken[path] = http.NotFound }

func (w *world) replace(path, content string) {
	w.broken[path] = func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", string(types.OCIManifestSchema1))
		_, _ = io.WriteString(rw, content)
	}
}

// retype answers with the index as a Docker manifest list.
func (w *world) retype(path string) {
	content, err := w.index.RawManifest()
	if err != nil {
		w.t.Fatal(err)
	}
	w.broken[path] = func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", string(types.DockerManifestList))
		_, _ = rw.Write(content)
	}
}
