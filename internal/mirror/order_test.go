package mirror_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// nested pushes an index of an image, an index of that image and another one, and a third image; and
// returns the digests of the manifests and what each of them refers to.
func nested(t *testing.T, w *world, s string) (root string, refersTo map[string][]string) {
	t.Helper()
	refersTo = map[string][]string{}
	note := func(parent string, child v1.Hash, err error) {
		if err != nil {
			t.Fatal(err)
		}
		refersTo[parent] = append(refersTo[parent], child.String())
	}
	var images []v1.Image
	for range 3 {
		img, err := random.Image(50_000, 2)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := img.Digest()
		m, err := img.Manifest()
		note(d.String(), m.Config.Digest, err)
		for _, layer := range m.Layers {
			note(d.String(), layer.Digest, nil)
		}
		images = append(images, img)
	}
	index := func(children ...mutate.Appendable) v1.ImageIndex {
		idx := v1.ImageIndex(empty.Index)
		for _, child := range children {
			idx = mutate.AppendManifests(idx, mutate.IndexAddendum{Add: child})
		}
		d, _ := idx.Digest()
		for _, child := range children {
			c, err := child.Digest()
			note(d.String(), c, err)
		}
		return idx
	}
	idx := index(images[0], index(images[0], images[1]), images[2])
	if err := remote.WriteIndex(w.ref(s).(name.Tag), idx); err != nil {
		t.Fatal(err)
	}
	d, _ := idx.Digest()
	return d.String(), refersTo
}

// A registry refuses nothing here, so the order is the engine's alone.
func TestManifestsComeAfterWhatTheyReferTo(t *testing.T) {
	w := newWorld(t)
	root, refersTo := nested(t, w, "HOST/src:1")
	var mu sync.Mutex
	var arrived []string
	w.breakWith(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/v2/a/") {
			mu.Lock()
			defer mu.Unlock()
			_, tail, _ := strings.Cut(r.URL.Path, "/manifests/")
			arrived = append(arrived, tail+r.URL.Query().Get("digest"))
		}
		return false
	})
	mustCopy(t, w, "HOST/src:1", "HOST/a:1")
	mu.Lock()
	defer mu.Unlock()
	if last := arrived[len(arrived)-1]; last != "1" || w.digest("HOST/a:1") != root {
		t.Errorf("the last was %q, not the tag", last)
	}
	for parent, children := range refersTo {
		at := slices.Index(arrived, parent)
		if parent == root {
			at = len(arrived) - 1
		}
		for _, child := range children {
			if i := slices.Index(arrived, child); i < 0 || i > at {
				t.Errorf("%s came at %d, what it refers to, %s, at %d", parent, at, child, i)
			}
		}
	}
	slices.Sort(arrived)
	if n := len(slices.Compact(slices.Clone(arrived))); n != len(arrived) || n != 5+9 {
		t.Errorf("%d things arrived, %d of them once; want 5 manifests and 9 blobs", len(arrived), n)
	}
}

// An image's manifest is put when its blobs are there, whatever the others still lack.
func TestManifestsAreNotHeldBack(t *testing.T) {
	w := newWorld(t)
	idx := w.pushIndex("HOST/src:1", 2)
	victim, _ := largestLayer(t, idx)
	manifest, err := idx.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	// The last layer is everybody's; take one that is the first image's alone.
	img, err := idx.Image(manifest.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	m, err := img.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	own, other := m.Layers[0].Digest.String(), manifest.Manifests[1].Digest.String()
	if own == victim {
		t.Fatal("the layer is shared")
	}
	put := make(chan struct{})
	w.breakWith(func(_ http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.Method == http.MethodPut && r.URL.Path == "/v2/a/manifests/"+other:
			close(put)
		case r.Method == http.MethodHead && r.URL.Path == "/v2/a/blobs/"+own:
			select {
			case <-put: // until the other image's manifest is put
			case <-r.Context().Done():
			}
		}
		return false
	})
	mustCopy(t, w, "HOST/src:1", "HOST/a:1")
	select {
	case <-put:
	default:
		t.Error("the other image was not put")
	}
}
