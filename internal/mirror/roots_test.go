package mirror

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/graph"
	"ecrmirror/internal/mirror/port"
)

// written is a source of manifests by their digests.
type written map[string]string

func (written) OneAtATime() bool { return false }

func (w written) Manifest(_ context.Context, reference string) (manifest []byte, mediaType string, err error) {
	return []byte(w[reference]), "", nil
}

// A shelf is a destination that notes what is put there.
type shelf struct {
	put
	mu  sync.Mutex
	has []string
}

func (s *shelf) note(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.has = append(s.has, what)
}

func (s *shelf) Accepts(port.Manifest, bool) error { return nil }

func (s *shelf) Expect(context.Context, []digest.Digest) error { return nil }

func (s *shelf) HasBlob(context.Context, digest.Digest) (bool, int64, error) { return false, 0, nil }

func (s *shelf) PutManifest(_ context.Context, m port.Manifest) error {
	s.note(m.Digest.String())
	return nil
}

func (s *shelf) PutTag(_ context.Context, image imagename.Name, m port.Manifest) error {
	s.note(image.Tag + " " + m.Digest.String())
	return nil
}

func (s *shelf) Close() error { return nil }

// Images of one repository share its blobs, and each gets its tag, also one that is an instance of another.
func TestEachRootOfAGraphGetsItsTag(t *testing.T) {
	l := newLaboratory(t, 16*mib, true, Options{})
	config, small, large := l.blob(2, 1), l.blob(100, 2), l.blob(3*mib, 3)
	first, second := imageOfBlobs(config, large), imageOfBlobs(config, small)
	index := indexOfImages(first)
	src := written{}
	var roots []digest.Digest
	for _, m := range []string{index, first, second} {
		d := digest.FromString(m)
		src[d.String()] = m
		roots = append(roots, d)
	}
	var err error
	l.attempt.graph, err = graph.Read(t.Context(), src, roots,
		graph.Options{Within: l.attempt.opts.StallTimeout, Transient: l.attempt.opts.Transient})
	if err != nil {
		t.Fatal(err)
	}
	var blobs sync.Map
	s := &shelf{put: put{do: func(ctx context.Context, stream chunked.Lender, blob content.Blob) error {
		blobs.Store(blob.Digest, true)
		return readThrough(ctx, stream, blob)
	}}}
	l.attempt.images = shelves{dest: s}
	results := make([]*Result, len(roots))
	for i, tag := range []string{"index", "first", "second"} {
		name, err := imagename.ParseImage("registry.test/app:" + tag)
		if err != nil {
			t.Fatal(err)
		}
		results[i] = &Result{Name: name, root: i}
	}
	places := newPlaces(t.Context(), l.attempt, results)
	l.attempt.newPass(t.Context(), places, nil).run(t.Context())
	l.attempt.manifests.Wait()
	for _, p := range places {
		p.close()
	}
	for i, r := range results {
		if r.State != Copied || r.Digest != roots[i] || r.BlobsSent != 3 {
			t.Errorf("%s: %+v", r.Name, r)
		}
	}
	want := []string{"first " + roots[1].String(), "index " + roots[0].String(), "second " + roots[2].String()}
	if got := slices.Sorted(slices.Values(s.has)); len(places) != 1 || !slices.Equal(got, want) {
		t.Errorf("%d places, put %q, want %q", len(places), got, want)
	}
	if slices.Index(s.has, want[0]) > slices.Index(s.has, want[1]) {
		t.Errorf("the index was put before its instance: %q", s.has)
	}
}

// shelves opens one shelf.
type shelves struct {
	port.Images
	dest *shelf
}

func (s shelves) Destination(context.Context, imagename.Name) (port.Destination, error) {
	return s.dest, nil
}

func imageOfBlobs(config content.Blob, layers ...content.Blob) string {
	image := `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":` +
		described(config) + `,"layers":[`
	for i, layer := range layers {
		if i > 0 {
			image += ","
		}
		image += described(layer)
	}
	return image + `]}`
}

func indexOfImages(image string) string {
	return `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[` +
		described(content.Blob{Digest: digest.FromString(image), Size: int64(len(image))}) + `]}`
}

func described(blob content.Blob) string {
	return fmt.Sprintf(`{"digest":%q,"size":%d}`, blob.Digest, blob.Size)
}
