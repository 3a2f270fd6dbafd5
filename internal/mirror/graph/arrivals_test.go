package graph

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/opencontainers/go-digest"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/internal/mirror/content"
)

// untyped is a source that says no media types.
type untyped struct{ manifests }

func (u untyped) Manifest(_ context.Context, reference string) (manifest []byte, mediaType string, err error) {
	return u.byDigest[digest.Digest(reference)], "", nil
}

// imageOf adds an image of blobs to a source, and returns its digest.
func (m manifests) imageOf(t *testing.T, config string, layers ...string) digest.Digest {
	t.Helper()
	describe := func(mediaType, blob string) imgspecv1.Descriptor {
		return imgspecv1.Descriptor{MediaType: mediaType, Digest: digest.FromString(blob), Size: int64(len(blob))}
	}
	image := imgspecv1.Manifest{
		MediaType: imgspecv1.MediaTypeImageManifest, Config: describe(imgspecv1.MediaTypeImageConfig, config),
	}
	for _, layer := range layers {
		image.Layers = append(image.Layers, describe(imgspecv1.MediaTypeImageLayer, layer))
	}
	return m.add(t, image)
}

// indexOf adds an index of images to a source, and returns its digest.
func (m manifests) indexOf(t *testing.T, images ...digest.Digest) digest.Digest {
	t.Helper()
	index := imgspecv1.Index{MediaType: imgspecv1.MediaTypeImageIndex}
	for _, d := range images {
		instance := imgspecv1.Descriptor{MediaType: imgspecv1.MediaTypeImageManifest, Digest: d}
		index.Manifests = append(index.Manifests, instance)
	}
	return m.add(t, index)
}

func (m manifests) add(t *testing.T, manifest any) digest.Digest {
	t.Helper()
	raw := encode(t, manifest)
	d := digest.FromBytes(raw)
	m.byDigest[d] = raw
	return d
}

// What instances share is in a graph once, and each manifest is ready as soon as its own blobs and instances are there.
func TestInstancesShareTheirBlobs(t *testing.T) {
	src := manifests{byDigest: map[digest.Digest][]byte{}}
	first := src.imageOf(t, "{}", "shared", "first")
	second := src.imageOf(t, "{}", "shared")
	both := src.indexOf(t, first, second)
	g, err := Read(t.Context(), untyped{src}, both, opts)
	if err != nil {
		t.Fatal(err)
	}
	if got := g.Root().Digest; got != both {
		t.Errorf("root: %s, want %s", got, both)
	}
	blob := func(s string) content.Blob { return content.Blob{Digest: digest.FromString(s), Size: int64(len(s))} }
	want := []content.Blob{blob("shared"), blob("first"), blob("{}")}
	if !slices.Equal(g.Blobs, want) || len(g.Nodes) != 3 {
		t.Errorf("%v in %d manifests, want %v in 3", g.Blobs, len(g.Nodes), want)
	}

	a := NewArrivals(g)
	var order []string
	put := func(why string, ready []int) {
		for len(ready) > 0 {
			d := g.Nodes[ready[0]].Digest
			more, all := a.AddManifest(ready[0])
			if all != (d == both) {
				t.Errorf("%s: all are there: %v", d, all)
			}
			name := map[digest.Digest]string{first: "first", second: "second", both: "both"}[d]
			order = append(order, fmt.Sprintf("%s after %s", name, why))
			ready = append(ready[1:], more...)
		}
	}
	put("nothing", a.Ready())
	for _, s := range []string{"shared", "shared", "{}", "first"} {
		if !a.LackBlobs() || a.HasBlob(digest.FromString("first")) {
			t.Errorf("before %q: lacks blobs: %v", s, a.LackBlobs())
		}
		put(s, a.AddBlob(digest.FromString(s)))
	}
	ordered := []string{"second after {}", "first after first", "both after first"}
	if !slices.Equal(order, ordered) || a.LackBlobs() {
		t.Errorf("%q, want %q", order, ordered)
	}
}
