package mirror

import (
	"context"
	"errors"
	"math"
	"sync"
	"time"

	"go.podman.io/image/v5/pkg/blobinfocache/none"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/chunked"
)

// aheadBytes is how far the fastest destination may be ahead of the slowest, in bytes, where parts
// don't ask for more; and aloneBytes how far the reading may be ahead of the only destination: what
// was read a moment ago is in the processor's cache.
const (
	aheadBytes = 8 << 20
	aloneBytes = 1 << 20
)

// A transfer brings one blob from the source to the targets that lack it. The source is opened while
// they get ready to write.
type transfer struct {
	*run
	blob    types.BlobInfo
	targets []*target
	ctx     context.Context // ends the reading
	cancel  context.CancelCauseFunc
	fanout  *fanout
	work    sync.WaitGroup
}

func newTransfer(ctx context.Context, r *run, blob types.BlobInfo, targets []*target) *transfer {
	x := &transfer{run: r, blob: blob, targets: targets}
	x.ctx, x.cancel = context.WithCancelCause(ctx)
	x.fanout = newFanout(x.ahead(), func() { x.cancel(errNoSinks) })
	return x
}

// move returns when the targets have the blob, or have failed.
func (x *transfer) move() {
	defer x.cancel(nil)
	puts := make([]func(), len(x.targets))
	for i, t := range x.targets { // all sinks before the first is read
		puts[i] = x.put(t)
	}
	x.work.Go(x.read)
	for _, put := range puts {
		x.work.Go(put)
	}
	x.work.Wait()
}

// need is how many bytes must fit in buffers for every target to get on: a chunk of the blob, or
// a part where there are targets that send what they write in parts.
func (x *transfer) need() int64 {
	size := x.blob.Size
	if size < 0 {
		size = math.MaxInt64
	}
	need := min(size, chunked.ChunkSize)
	for _, t := range x.targets {
		if d, ok := t.dest.(partWriter); ok {
			// A part may begin and end within a chunk.
			need = max(need, min(size, d.PartSize(x.blob.Size)+chunked.ChunkSize))
		}
	}
	return need
}

// ahead is how many bytes are kept for those who are behind.
func (x *transfer) ahead() int64 {
	switch need := x.need(); {
	case need > chunked.ChunkSize: // parts, of which one is sent while the next is read
		return max(aheadBytes, 2*need)
	case len(x.targets) == 1:
		return aloneBytes
	}
	return aheadBytes
}

// read reads the blob for all targets.
func (x *transfer) read() {
	share, err := x.opts.Budget.Reserve(x.ctx, x.need())
	if err == nil {
		defer share.Leave()
		x.opts.Progress.BlobStarted(x.blob.Digest, x.blob.Size, len(x.targets))
		err = x.readInto(share)
	}
	if err != nil && !errors.Is(err, errNoSinks) {
		err = sourceError(x.report.Source, "reading blob "+x.blob.Digest.String(), causeOf(x.ctx, err))
		for _, t := range x.targets {
			t.fail(err)
		}
	}
}

func (x *transfer) readInto(share *chunked.Share) error {
	// GetBlob's context is that of the stream, too: it must not end with the call.
	watch := time.AfterFunc(x.opts.StallTimeout, func() { x.cancel(ErrStalled) })
	body, size, err := x.src.GetBlob(x.ctx, x.blob, none.NoCache)
	watch.Stop()
	if err != nil {
		return x.fanout.run(failing{err})
	}
	defer body.Close()
	want := x.blob
	if want.Size < 0 { // Docker's schema 1 does not say
		want.Size = size
	}
	return x.fanout.run(verify(newStream(body, share, x.opts.StallTimeout, x.cancel), want, func(n int64) {
		x.bytesRead.Add(n)
		x.opts.Progress.BlobRead(want.Digest, n)
	}))
}

// failing is a stream that could not be opened.
type failing struct{ err error }

func (f failing) next() (piece, error) { return piece{}, f.err }

// put returns what writes the blob to one of the targets.
func (x *transfer) put(t *target) func() {
	ctx, drop := context.WithCancelCause(t.ctx)
	s := x.fanout.add(x.opts.StallTimeout, func() { drop(ErrStalled) })
	return func() {
		defer drop(nil)
		// One who waits for the stream may not look at the context.
		defer context.AfterFunc(ctx, s.Close)()
		defer s.Close()
		err := x.putBlob(ctx, t, s)
		switch {
		case err == nil:
			if s.wasRead() {
				t.count(max(x.blob.Size, 0))
			}
			x.blobArrived(t, x.blob.Digest)
		case !x.fanout.broken(): // else it is the source's, whatever the destination made of it
			t.fail(destinationError(t.results[0].Name, "writing blob "+x.blob.Digest.String(), causeOf(ctx, err)))
		}
	}
}

func (x *transfer) putBlob(ctx context.Context, t *target, s *sink) error {
	info := types.BlobInfo{Digest: x.blob.Digest, Size: x.blob.Size, MediaType: x.blob.MediaType}
	got, err := t.dest.PutBlob(ctx, s, info, none.NoCache, false)
	if err == nil && got.Digest != x.blob.Digest {
		return &DigestMismatchError{Want: x.blob.Digest, Got: got.Digest}
	}
	return err
}

// partWriter is implemented by destinations that hold a part of a blob until it is sent.
type partWriter interface {
	// PartSize returns the size of a part, in bytes, of a blob of so many bytes, or -1 if that is
	// unknown.
	PartSize(blob int64) int64
}
