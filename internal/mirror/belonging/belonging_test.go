package belonging

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/mirror/graph"
)

var (
	errBusy = errors.New("busy")
	errGone = errors.New("not found")
)

// A registry has manifests, and lists some for others.
type registry struct {
	t *testing.T

	mu        sync.Mutex
	manifests map[digest.Digest][]byte
	lists     map[digest.Digest][]artifacts.Artifact
	errs      map[digest.Digest]error // of lists, and of manifests
	asked     map[digest.Digest]int   // how often for a list
	read      int                     // manifests
}

func newRegistry(t *testing.T) *registry {
	return &registry{
		t: t, manifests: map[digest.Digest][]byte{}, lists: map[digest.Digest][]artifacts.Artifact{},
		errs: map[digest.Digest]error{}, asked: map[digest.Digest]int{},
	}
}

func (r *registry) OneAtATime() bool { return false }

func (r *registry) Manifest(_ context.Context, reference string) ([]byte, string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read++
	d := digest.Digest(reference)
	if err := r.errs[d]; err != nil {
		return nil, "", err
	}
	if r.manifests[d] == nil {
		return nil, "", errGone
	}
	return r.manifests[d], imgspecv1.MediaTypeImageManifest, nil
}

func (r *registry) Of(_ context.Context, subject digest.Digest) ([]artifacts.Artifact, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked[subject]++
	return r.lists[subject], r.errs["list "+subject]
}

// add adds a manifest that belongs to a subject, "" for none, and has a note of some size.
func (r *registry) add(subject digest.Digest, name string, size int) digest.Digest {
	m := imgspecv1.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: imgspecv1.MediaTypeImageManifest, ArtifactType: "a/b",
		Config:      imgspecv1.DescriptorEmptyJSON,
		Annotations: map[string]string{"name": name, "note": strings.Repeat("x", size)},
	}
	if subject != "" {
		m.Subject = &imgspecv1.Descriptor{MediaType: imgspecv1.MediaTypeImageManifest, Digest: subject, Size: 1}
	}
	raw, err := json.Marshal(m)
	if err != nil {
		r.t.Fatal(err)
	}
	d := digest.FromBytes(raw)
	r.manifests[d] = raw
	if subject != "" {
		r.lists[subject] = append(r.lists[subject], artifacts.Artifact{Digest: d, Size: int64(len(raw)), Type: "a/b"})
	}
	return d
}

// gather reads an image, and adds what belongs to it.
func (r *registry) gather(image digest.Digest, most int64) (*graph.Graph, *Found, error) {
	opts := Options{
		Graph: graph.Options{
			Within: time.Minute, Most: most, Transient: func(err error) bool { return errors.Is(err, errBusy) },
		},
	}
	g, err := graph.Read(r.t.Context(), r, image, opts.Graph)
	if err != nil {
		r.t.Fatal(err)
	}
	found, err := Add(r.t.Context(), g, NewLists(r), r, g.Digests(), opts)
	return g, found, err
}

// What belongs to an image has a bound, which is named; what is within it comes.
func TestWhatBelongsToAnImageIsBounded(t *testing.T) {
	for _, c := range []struct {
		name    string
		make    func(r *registry, image digest.Digest)
		added   int
		missing int
		says    string // in each that is missing
	}{
		{"nothing", func(*registry, digest.Digest) {}, 0, 0, ""},
		{"as many as there may be", func(r *registry, image digest.Digest) { r.many(image, artifacts.Most) }, artifacts.Most, 0, ""},
		{"more", func(r *registry, image digest.Digest) { r.many(image, artifacts.Most+7) }, artifacts.Most, 7, "an image may have 1000"},
		{"more, on two levels", func(r *registry, image digest.Digest) {
			r.many(image, artifacts.Most-10)
			r.many(r.lists[image][0].Digest, 15)
		}, artifacts.Most, 5, "an image may have 1000"},
		{"a list without an end", func(r *registry, image digest.Digest) {
			r.errs["list "+image] = fmt.Errorf("%w: more than 1000", artifacts.ErrMany)
		}, 0, 1, "too many artifacts"},
		{"a chain of 1,000", func(r *registry, image digest.Digest) {
			for n := range 1_000 {
				image = r.add(image, fmt.Sprint(n), 0)
			}
		}, artifacts.Levels, 1, "followed for 3 levels"},
		{"one that is too large", func(r *registry, image digest.Digest) {
			r.add(image, "large", 5<<20)
			r.add(image, "small", 10)
		}, 1, 1, "manifest has more than"},
		{"all too large together", func(r *registry, image digest.Digest) {
			for n := range 6 {
				r.add(image, fmt.Sprint(n), 3<<20)
			}
		}, 5, 1, "bytes of manifests"},
		{"one that is gone", func(r *registry, image digest.Digest) {
			delete(r.manifests, r.add(image, "gone", 0))
		}, 0, 1, "not found"},
		{"one of another subject", func(r *registry, image digest.Digest) {
			r.add(r.add("", "other", 0), "other's", 0)
			for subject, list := range r.lists {
				if subject != image {
					r.lists[image] = list
				}
			}
		}, 0, 1, "does not name the subject"},
		{"two digest tags of one manifest", func(r *registry, image digest.Digest) {
			d := r.add("", "signature", 0)
			r.lists[image] = []artifacts.Artifact{{Digest: d, Tag: "x.sig"}, {Digest: d, Tag: "x.att"}}
		}, 2, 0, ""},
		{"the image itself by a digest tag", func(r *registry, image digest.Digest) {
			r.lists[image] = []artifacts.Artifact{{Digest: image, Tag: "x.sig"}}
		}, 0, 1, "a manifest of the image itself"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRegistry(t)
			image := r.add("", "image", 0)
			c.make(r, image)
			g, found, err := r.gather(image, 0)
			if err != nil || found.Added != c.added || len(found.Missing) != c.missing {
				t.Fatalf("%+v, %v; want %d added, %d missing", found, err, c.added, c.missing)
			}
			if g.Root().Digest != image || len(g.Image()) != 1 {
				t.Errorf("the image is %s now, of %d manifests", g.Root().Digest, len(g.Image()))
			}
			for _, missing := range found.Missing {
				if !strings.Contains(missing.Error(), c.says) {
					t.Errorf("%v; want %s", missing, c.says)
				}
			}
			for subject, n := range r.asked {
				if n > 1 {
					t.Errorf("%s was asked about %d times", subject, n)
				}
			}
		})
	}
}

// many adds so many artifacts.
func (r *registry) many(subject digest.Digest, n int) {
	for i := range n {
		r.add(subject, fmt.Sprint(subject, i), 0)
	}
}

// What can't be had for now is an error, as is what needs more room than there is: others may have that.
func TestWhatMayBeHadLaterIsAnError(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(r *registry, image digest.Digest)
		want error
	}{
		{"list", func(r *registry, image digest.Digest) { r.errs["list "+image] = errBusy }, errBusy},
		{"manifest", func(r *registry, image digest.Digest) { r.errs[r.add(image, "busy", 0)] = errBusy }, errBusy},
		{"room", func(r *registry, image digest.Digest) { r.add(image, "large", 40_000) }, graph.ErrLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRegistry(t)
			image := r.add("", "image", 0)
			c.make(r, image)
			if _, found, err := r.gather(image, 32<<10); !errors.Is(err, c.want) {
				t.Errorf("%+v, %v; want %v", found, err, c.want)
			}
		})
	}
}

// What is read beside each other has one room: many small artifacts take no more of it than a large one.
func TestArtifactsShareTheRoom(t *testing.T) {
	r := newRegistry(t)
	image := r.add("", "image", 0)
	for n := range 20 * atOnce {
		r.add(image, fmt.Sprint(n), 10_000)
	}
	if _, found, err := r.gather(image, 32<<10); !errors.Is(err, graph.ErrLarge) {
		t.Fatalf("%+v, %v", found, err)
	}
	if r.read > 1+atOnce {
		t.Errorf("%d manifests were read for a room of three", r.read)
	}
}

// Many who ask about one subject at a time have it asked about once, and an error is not remembered.
func TestListsAreRemembered(t *testing.T) {
	r := newRegistry(t)
	image := r.add("", "image", 0)
	r.many(image, 3)
	lists := NewLists(r)
	var askers sync.WaitGroup
	for range 20 {
		askers.Go(func() {
			if list, err := lists.Of(t.Context(), image); len(list) != 3 || err != nil {
				t.Errorf("%d, %v", len(list), err)
			}
		})
	}
	askers.Wait()
	if n := r.asked[image]; n != 1 {
		t.Errorf("asked %d times", n)
	}
	r.errs["list b"] = errBusy
	if _, err := lists.Of(t.Context(), "b"); !errors.Is(err, errBusy) {
		t.Error(err)
	}
	delete(r.errs, "list b")
	if _, err := lists.Of(t.Context(), "b"); err != nil {
		t.Errorf("an error was remembered: %v", err)
	}
}
