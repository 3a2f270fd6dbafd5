package graph

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/opencontainers/go-digest"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/internal/artifacts"
)

// belongsTo adds an artifact of one layer to a source, and returns its digest.
func (m manifests) belongsTo(t *testing.T, subject digest.Digest, layer string) digest.Digest {
	t.Helper()
	return m.add(t, imgspecv1.Manifest{
		MediaType: imgspecv1.MediaTypeImageManifest, Config: imgspecv1.DescriptorEmptyJSON,
		Layers: []imgspecv1.Descriptor{{
			MediaType: "a/b", Digest: digest.FromString(layer), Size: int64(len(layer)),
		}},
		Subject: &imgspecv1.Descriptor{Digest: subject, Size: 1},
	})
}

// Whatever comes when, and whatever is refused: a manifest is put once, after all that it refers to and its subject; an
// artifact whose subject was refused is not; and that all are there is said once, with the last.
func TestRandomArrivals(t *testing.T) {
	for seed := range uint64(300) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a test's
			g := randomGraph(t, random)
			checkArrivals(t, random, g)
			if positions := g.Artifacts(); len(positions) > 0 {
				out := positions[random.IntN(len(positions))]
				less := g.Without([]int{out})
				if len(less.Nodes) >= len(g.Nodes) || less.Root().Digest != g.Root().Digest {
					t.Errorf("without one of %d artifacts: %d of %d manifests", len(positions), len(less.Nodes), len(g.Nodes))
				}
				checkArrivals(t, random, less)
			}
		})
	}
}

// randomGraph returns the graph of an index, with artifacts of its manifests, and of these.
func randomGraph(t *testing.T, random *rand.Rand) *Graph {
	t.Helper()
	src := manifests{byDigest: map[digest.Digest][]byte{}}
	layers := []string{"a", "b", "c", "d", "e"}
	var images []digest.Digest
	for i := range 1 + random.IntN(4) {
		images = append(images, src.imageOf(t, fmt.Sprint("config", i), layers[:1+random.IntN(len(layers))]...))
	}
	g, err := Read(t.Context(), untyped{src}, src.indexOf(t, images...), opts)
	if err != nil {
		t.Fatal(err)
	}
	subjects := g.Digests()
	for i := range random.IntN(8) {
		subject := subjects[random.IntN(len(subjects))]
		a := artifacts.Artifact{Digest: src.belongsTo(t, subject, fmt.Sprint("artifact", i%3))}
		if random.IntN(3) == 0 {
			a.Tag = "tag"
		}
		read, _, err := g.ReadArtifact(t.Context(), untyped{src}, subject, a, opts, g.Room(0))
		if err == nil {
			err = g.Add(subject, a, read)
		}
		if err != nil {
			t.Fatal(err)
		}
		subjects = append(subjects, a.Digest)
	}
	return g
}

// checkArrivals has blobs arrive and manifests be put or refused in random order.
func checkArrivals(t *testing.T, random *rand.Rand, g *Graph) {
	t.Helper()
	a := NewArrivals(g)
	put, skipped := map[int]bool{}, map[int]bool{}
	ready, blobs := a.Ready(), slices.Clone(g.Blobs)
	ends := 0
	for len(ready)+len(blobs) > 0 {
		if n := random.IntN(len(ready) + len(blobs)); n >= len(ready) {
			n -= len(ready)
			d := blobs[n].Digest
			blobs = slices.Delete(blobs, n, n+1)
			ready = append(ready, a.AddBlob(d)...)
			continue
		}
		n := random.IntN(len(ready))
		i := ready[n]
		ready = slices.Delete(ready, n, n+1)
		if put[i] {
			t.Fatalf("manifest %d is put twice", i)
		}
		checkBefore(t, a, g, i, put)
		if g.IsOptional(i) && random.IntN(4) == 0 {
			out, all := a.Skip(i)
			for _, i := range out {
				skipped[i] = true
			}
			if all {
				ends++
			}
			continue
		}
		put[i] = true
		isLast := a.IsLast(i)
		more, all := a.AddManifest(i)
		if all {
			ends++
		}
		if all != isLast {
			t.Errorf("manifest %d: last: %v; all: %v", i, isLast, all)
		}
		ready = append(ready, more...)
	}
	if ends != 1 || len(put)+len(skipped) != len(g.Nodes) {
		t.Errorf("%d ends, %d put, %d skipped of %d", ends, len(put), len(skipped), len(g.Nodes))
	}
}

// checkBefore checks that what a manifest needs has arrived.
func checkBefore(t *testing.T, a *Arrivals, g *Graph, i int, put map[int]bool) {
	t.Helper()
	for d, users := range g.blobUsers {
		if slices.Contains(users, i) && !a.HasBlob(d) {
			t.Errorf("manifest %d comes before its blob %s", i, d)
		}
	}
	for d, users := range g.instanceUsers {
		if slices.Contains(users, i) && !put[g.positions[d]] {
			t.Errorf("manifest %d comes before %d", i, g.positions[d])
		}
	}
}
