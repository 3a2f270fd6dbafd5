package graph

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// manifests is a source of manifests by their digests. The root, by "", is what it has for all others.
type manifests struct{ byDigest map[digest.Digest][]byte }

func (manifests) OneAtATime() bool { return false }

func (m manifests) Manifest(_ context.Context, reference string) ([]byte, string, error) {
	if instance, ok := m.byDigest[digest.Digest(reference)]; ok {
		return instance, imgspecv1.MediaTypeImageManifest, nil
	}
	return m.byDigest[""], imgspecv1.MediaTypeImageIndex, nil
}

// index returns a source of an index of n instances, each with an annotation of the given size, and its digest.
func index(t *testing.T, algorithm digest.Algorithm, n, size int) (manifests, digest.Digest) {
	t.Helper()
	src := manifests{byDigest: map[digest.Digest][]byte{}}
	root := imgspecv1.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: imgspecv1.MediaTypeImageIndex}
	note := strings.Repeat("x", size)
	for i := range n {
		instance := imgspecv1.Manifest{
			Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: imgspecv1.MediaTypeImageManifest,
			Config: imgspecv1.Descriptor{
				MediaType: imgspecv1.MediaTypeImageConfig, Digest: digest.FromString("{}"), Size: 2,
			},
			Annotations: map[string]string{"note": note[i:]},
		}
		raw := encode(t, instance)
		d := algorithm.FromBytes(raw)
		src.byDigest[d] = raw
		root.Manifests = append(root.Manifests, imgspecv1.Descriptor{
			MediaType: instance.MediaType, Digest: d, Size: int64(len(raw)),
		})
	}
	src.byDigest[""] = encode(t, root)
	return src, algorithm.FromBytes(src.byDigest[""])
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

var opts = Options{Within: time.Minute, Transient: func(error) bool { return false }}

func TestManifestsOfAnyDigestAreRead(t *testing.T) {
	for _, algorithm := range []digest.Algorithm{digest.SHA256, digest.SHA512} {
		src, want := index(t, algorithm, 3, 10)
		g, err := Read(t.Context(), src, want, opts)
		if err != nil || len(g.Nodes) != 4 || g.Root().Digest != want {
			t.Errorf("%s: %+v, %v", algorithm, g, err)
		}
		_, err = Read(t.Context(), src, algorithm.FromString("other"), opts)
		if err == nil {
			t.Errorf("%s: a root of another digest was taken", algorithm)
		}
	}
}

func TestManifestsAreBounded(t *testing.T) {
	huge, ofHuge := index(t, digest.SHA256, 1, MaxManifest+100)
	many, ofMany := index(t, digest.SHA256, 9, MaxManifest-1000)
	for _, c := range []struct {
		src  manifests
		want digest.Digest
		err  string
	}{
		{huge, ofHuge, "manifest has more than"},
		{many, ofMany, "bytes of manifests"},
	} {
		_, err := Read(t.Context(), c.src, c.want, opts)
		if err == nil || !strings.Contains(err.Error(), c.err) {
			t.Errorf("%v, want %s", err, c.err)
		}
	}
}
