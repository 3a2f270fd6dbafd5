package mirror

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
)

const mib = 1 << 20

// memory is a source whose blobs are in memory, and lent by a chunked.Reader or just read.
type memory struct {
	types.ImageSource
	budget *chunked.Budget
	blobs  map[digest.Digest][]byte
	lends  bool
	err    error // of GetBlob
	asked  atomic.Int64
}

func (m *memory) HasThreadSafeGetBlob() bool { return true }

func (m *memory) GetBlob(ctx context.Context, info types.BlobInfo, _ types.BlobInfoCache) (io.ReadCloser, int64, error) {
	if m.err != nil {
		return nil, 0, m.err
	}
	content := m.blobs[info.Digest]
	if !m.lends {
		return io.NopCloser(bytes.NewReader(content)), int64(len(content)), nil
	}
	fetch := func(_ context.Context, off, n int64) (chunked.Body, error) {
		m.asked.Add(1)
		return chunked.Body{ReadCloser: io.NopCloser(bytes.NewReader(content[off : off+n]))}, nil
	}
	return chunked.NewReader(ctx, m.budget, int64(len(content)), fetch, chunked.Options{}), int64(len(content)), nil
}

// put is a destination whose PutBlob is the function.
type put struct {
	types.ImageDestination
	do func(ctx context.Context, stream io.Reader, info types.BlobInfo) error
}

func (p put) PutBlob(ctx context.Context, stream io.Reader, info types.BlobInfo, _ types.BlobInfoCache, _ bool) (types.BlobInfo, error) {
	return info, p.do(ctx, stream, info)
}

// A parts is a put that borrows the parts which it sends.
type parts struct {
	put
	size int64
}

func (p parts) PartSize(int64) int64 { return p.size }

// takeParts borrows a stream part by part, and releases a part once it is all there, and the last after
// the stream's end. Released pieces are looked at by nobody.
func takeParts(size int64) func(context.Context, io.Reader, types.BlobInfo) error {
	return func(_ context.Context, stream io.Reader, info types.BlobInfo) error {
		hash := digest.SHA256.Digester()
		var releases []func()
		defer func() {
			for _, release := range releases {
				release()
			}
		}()
		for part, off := size, int64(0); ; {
			data, release, err := stream.(chunked.Lender).Lend(int(part))
			if err == io.EOF && off == info.Size && hash.Digest() == info.Digest {
				return nil
			}
			if err != nil {
				return fmt.Errorf("after %d of %d bytes, %s: %w", off, info.Size, hash.Digest(), err)
			}
			_, _ = hash.Hash().Write(data)
			releases = append(releases, release)
			off += int64(len(data))
			if part -= int64(len(data)); part == 0 && off < info.Size {
				for _, release := range releases {
					release()
				}
				releases, part = nil, size
			}
		}
	}
}

// readThrough reads a stream as a registry's client does.
func readThrough(_ context.Context, stream io.Reader, info types.BlobInfo) error {
	d, err := digest.SHA256.FromReader(stream)
	if err == nil && d != info.Digest {
		err = fmt.Errorf("got %s", d)
	}
	return err
}

// A laboratory is what a transfer needs, without an image.
type laboratory struct {
	t      *testing.T
	run    *run
	source *memory
	budget *chunked.Budget
}

func newLaboratory(t *testing.T, total int64, lends bool) *laboratory {
	budget := chunked.NewBudget(total)
	source := &memory{budget: budget, blobs: map[digest.Digest][]byte{}, lends: lends}
	r := &run{
		Copier: New(nil, Options{Budget: budget}), ctx: t.Context(), report: newReport(imagename.Name{}, nil), src: source,
		img: &image{}, lanes: newLanes(budget), progress: newBlobProgress(unwatched{}), reading: &reading{},
	}
	return &laboratory{t: t, run: r, source: source, budget: budget}
}

// blob adds a blob to the source.
func (l *laboratory) blob(size int, seed byte) types.BlobInfo {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	d := digest.FromBytes(b)
	l.source.blobs[d] = b
	return types.BlobInfo{Digest: d, Size: int64(size)}
}

// pass returns the first pass to the targets.
func (l *laboratory) pass(targets []*target) *pass {
	for _, t := range targets {
		t.expect(l.run.img, chunked.LeastRate{})
	}
	return l.run.newPass(l.t.Context(), targets, nil)
}

// moveAll moves blobs at the same time.
func (l *laboratory) moveAll(blobs []types.BlobInfo, targets []*target) {
	var wg sync.WaitGroup
	p := l.pass(targets)
	for _, blob := range blobs {
		wg.Go(func() { newTransfer(l.t.Context(), p, blob, targets).move() })
	}
	wg.Wait()
}

func (l *laboratory) targets(dests ...types.ImageDestination) []*target {
	targets := make([]*target, len(dests))
	for i, dest := range dests {
		name, err := imagename.ParseImage(fmt.Sprintf("registry.test/d%d:1", i))
		if err != nil {
			l.t.Fatal(err)
		}
		targets[i] = groupByPlace(l.t.Context(), []*Result{{Name: name}})[0]
		targets[i].dest = dest
	}
	return targets
}
