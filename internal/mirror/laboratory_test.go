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

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/graph"
	"ecrmirror/internal/mirror/lanes"
	"ecrmirror/internal/mirror/port"
)

const mib = 1 << 20

// memory is a source whose blobs are in memory, and lent by a chunked.Reader or by a chunked.Sequential.
type memory struct {
	port.Source
	budget *chunked.Budget
	blobs  map[digest.Digest][]byte
	lends  bool
	err    error // of Blob
	asked  atomic.Int64
}

func (m *memory) OneAtATime() bool { return false }

func (m *memory) Blob(ctx context.Context, blob content.Blob) (chunked.Blob, error) {
	if m.err != nil {
		return nil, m.err
	}
	has := m.blobs[blob.Digest]
	if !m.lends {
		return chunked.OpenSequential(ctx, chunked.Stall{}, func(context.Context) (io.ReadCloser, int64, error) {
			return io.NopCloser(bytes.NewReader(has)), int64(len(has)), nil
		})
	}
	fetch := func(_ context.Context, off, n int64) (chunked.Body, error) {
		m.asked.Add(1)
		return chunked.Body{ReadCloser: io.NopCloser(bytes.NewReader(has[off : off+n]))}, nil
	}
	return chunked.NewReader(ctx, m.budget, int64(len(has)), fetch, chunked.Options{}), nil
}

// put is a destination whose PutBlob is the function. It borrows parts of a size, or none for 0.
type put struct {
	port.Destination
	do   func(ctx context.Context, stream chunked.Lender, blob content.Blob) error
	part int64
}

func (p put) OneAtATime() bool { return false }

func (p put) PartSize(int64) int64 { return p.part }

func (p put) PutBlob(ctx context.Context, blob content.Blob, stream chunked.Lender) error {
	return p.do(ctx, stream, blob)
}

// parts returns a destination that takes parts of a size.
func parts(size int64) put { return put{do: takeParts(size), part: size} }

// takeParts borrows a stream part by part, and releases a part once it is all there, and the last after
// the stream's end. Released pieces are looked at by nobody.
func takeParts(size int64) func(context.Context, chunked.Lender, content.Blob) error {
	return func(_ context.Context, stream chunked.Lender, info content.Blob) error {
		hash := digest.SHA256.Digester()
		var releases []func()
		defer func() {
			for _, release := range releases {
				release()
			}
		}()
		for part, off := size, int64(0); ; {
			data, release, err := stream.Lend(int(part))
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
func readThrough(_ context.Context, stream chunked.Lender, info content.Blob) error {
	d, err := digest.SHA256.FromReader(stream)
	if err == nil && d != info.Digest {
		err = fmt.Errorf("got %s", d)
	}
	return err
}

// A laboratory is an attempt without an image.
type laboratory struct {
	t       *testing.T
	attempt *attempt
	source  *memory
	budget  *chunked.Budget
}

func newLaboratory(t *testing.T, total int64, lends bool, opts Options) *laboratory {
	opts.Budget = chunked.NewBudget(total)
	opts = opts.withDefaults()
	source := &memory{budget: opts.Budget, blobs: map[digest.Digest][]byte{}, lends: lends}
	a := &attempt{
		opts: opts, report: newReport(imagename.Name{}, nil), origin: &origin{source: source}, graph: &graph.Graph{},
		batch: newBatch(1, opts, lanes.NewSlots(opts.Blobs)),
		large: newLargeTurns(),
	}
	return &laboratory{t: t, attempt: a, source: source, budget: opts.Budget}
}

// blob adds a blob to the source.
func (l *laboratory) blob(size int, seed byte) content.Blob {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	d := digest.FromBytes(b)
	l.source.blobs[d] = b
	return content.Blob{Digest: d, Size: int64(size)}
}

// transfer returns the transfer of a blob to places.
func (l *laboratory) transfer(blob content.Blob, places []*place) *transfer {
	p := l.attempt.newPass(l.t.Context(), places, nil)
	return p.newTransfer(l.t.Context(), blob, p.convoy.Members(), 1)
}

// moveAll moves blobs at the same time.
func (l *laboratory) moveAll(blobs []content.Blob, places []*place) {
	var wg sync.WaitGroup
	p := l.attempt.newPass(l.t.Context(), places, nil)
	for _, blob := range blobs {
		wg.Go(func() { p.newTransfer(l.t.Context(), blob, p.convoy.Members(), 1).move() })
	}
	wg.Wait()
}

// places returns places that are open, after the graph is complete.
func (l *laboratory) places(dests ...port.Destination) []*place {
	results := make([]*Result, len(dests))
	for i := range dests {
		name, err := imagename.ParseImage(fmt.Sprintf("registry.test/d%d:1", i))
		if err != nil {
			l.t.Fatal(err)
		}
		results[i] = &Result{Name: name}
	}
	places := newPlaces(l.t.Context(), l.attempt, results)
	for i, dest := range dests {
		places[i].dest, places[i].isOpen = dest, true
	}
	return places
}
