package conformance

import (
	"fmt"
	"io"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/transient"
	"ecrmirror/testkit/slowregistry"
)

// However little memory there is, several layers of more than a part, and some of just whole chunks, go to
// four repositories of ECR and to a registry at once. The source is read once, and no more memory is
// held than there is, or than one part needs where that is more.
func TestScarceMemoryIsEnoughForManyDestinations(t *testing.T) {
	t.Parallel()
	const part = (10 + 2) << 20 // with the chunks at its ends
	for _, tt := range []struct {
		name   string
		source slowregistry.Options
		total  int64
	}{
		{"less than a part", slowregistry.Options{}, 8 << 20},
		{"just more than a part", slowregistry.Options{}, 16 << 20},
		{"just more than a part, and no ranges", slowregistry.Options{NoRanges: true}, 16 << 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			images := slowregistry.NewImages()
			var want []slowregistry.Contents
			sources := []slowregistry.Spec{
				{Layers: 3, LayerSize: 13<<20 + 7, Seed: 1},
				{Layers: 6, LayerSize: 3 << 19, Platforms: 2, Shared: 2, Seed: 2},
				{Layers: 6, LayerSize: 1 << 20, Seed: 3},
			}
			for i, spec := range sources {
				contents, err := images.Put("src", fmt.Sprint(i), spec)
				if err != nil {
					t.Fatal(err)
				}
				want = append(want, contents)
			}
			server, err := slowregistry.Start(t.Context(), images, tt.source)
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			local := startLocalstack(t)
			p := &place{aws: local.config(), local: local}
			var stops []stop
			for i := range 4 {
				host := fmt.Sprintf("11112222333%d.dkr.ecr.eu-west-%d.amazonaws.com", i, 1+i%2)
				stops = append(stops, p.inLocalECR(t, host, "scarce"))
			}
			at := local.host() + "/scarce:v1"
			stops = append(stops, stop{at, []reader{newV2Reader(t, at, authn.Anonymous)}})
			for i := range sources {
				copyScarcely(t, p, server, fmt.Sprintf("%s/src:%d", server.Host(), i), stops, want[i], tt.total,
					max(tt.total, part+256<<10))
			}
		})
	}
}

// copyScarcely copies an image to all stops, and reads it back.
func copyScarcely(
	t *testing.T, p *place, server *slowregistry.Server, from string, stops []stop,
	want slowregistry.Contents, total, limit int64,
) {
	t.Helper()
	budget := chunked.NewBudget(total)
	registries := images.New(images.Options{AWS: p.aws, Budget: budget})
	defer registries.Close()
	watch := &memoryWatch{budget: budget}
	copier := mirror.New(registries, mirror.Options{
		Budget: budget, Transient: transient.Is, Progress: watch, ReadOnce: true,
	})
	var names []imagename.Name
	for _, s := range stops {
		names = append(names, parse(t, s.image))
	}
	before := server.Sent()
	report := copier.CopyImage(t.Context(), parse(t, from), names...)
	if err := report.Err(); err != nil {
		t.Fatal(err)
	}
	if report.BytesRead != want.Size {
		t.Errorf("%d bytes were read of an image of %d", report.BytesRead, want.Size)
	}
	t.Logf("%s: %d bytes sent of %d; %d held at most, %d in the budget", from, server.Sent()-before, want.Size,
		watch.most.Load(), total)
	if most := watch.most.Load(); most > limit {
		t.Errorf("%d bytes held, want at most %d", most, limit)
	}
	if held := budget.Held(); held != 0 {
		t.Errorf("%d bytes held in the end", held)
	}
	for _, s := range stops {
		for d, size := range want.Blobs {
			if err := checkDigest(t, s, d, size); err != nil {
				t.Errorf("%s: blob %s: %v", s.image, d, err)
			}
		}
	}
}

// checkDigest reads a blob back.
func checkDigest(t *testing.T, s stop, want digest.Digest, size int64) error {
	blob, err := s.readers[0].blob(t.Context(), want)
	if err != nil {
		return err
	}
	defer blob.Close()
	digester := want.Algorithm().Digester()
	n, err := io.Copy(digester.Hash(), blob)
	if err == nil && (n != size || digester.Digest() != want) {
		err = fmt.Errorf("%d bytes of %s, want %d", n, digester.Digest(), size)
	}
	return err
}

// A memoryWatch notes how much of a budget is held, whenever something was read.
type memoryWatch struct {
	budget *chunked.Budget
	most   atomic.Int64
}

func (m *memoryWatch) note() {
	held := m.budget.Held()
	for most := m.most.Load(); held > most && !m.most.CompareAndSwap(most, held); most = m.most.Load() {
	}
}

func (*memoryWatch) Image(string, int, int, int, int64)     {}
func (*memoryWatch) BlobStarted(digest.Digest, int64, int)  {}
func (m *memoryWatch) BlobRead(digest.Digest, int64)        { m.note() }
func (m *memoryWatch) BlobDone(digest.Digest, int64, error) { m.note() }
func (*memoryWatch) SetAside(string)                        {}
func (*memoryWatch) Manifest(string, digest.Digest)         {}
func (*memoryWatch) Done(string, error)                     {}
