package mirror

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"
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
	*pass
	blob    types.BlobInfo
	targets []*target
	ctx     context.Context // ends the reading
	cancel  context.CancelCauseFunc
	fanout  *fanout
	work    sync.WaitGroup

	try   int          // the how manieth it is of the blob, from 1
	bytes atomic.Int64 // read of it

	mu    sync.Mutex
	have  map[*target]bool // those that need the blob no more
	again []*target        // those that failed for now, and are worth another try
	why   error            // of one of them
}

func newTransfer(ctx context.Context, p *pass, blob types.BlobInfo, targets []*target) *transfer {
	x := &transfer{pass: p, blob: blob, targets: targets, have: map[*target]bool{}}
	x.ctx, x.cancel = context.WithCancelCause(ctx)
	x.fanout = newFanout(x.ahead(), func() { x.cancel(errNoSinks) })
	x.fanout.blocked = &p.convoy.blocked
	return x
}

// move returns when the targets have the blob, have failed or were set aside; moved is false if nothing was
// begun. It waits for its turn at memory before that: registries don't wait for long between the head of a
// request and its body.
func (x *transfer) move() (moved bool) {
	defer x.cancel(nil)
	var share *chunked.Share
	var leave func()
	var err error
	x.convoy.waits(func() { share, leave, err = x.reserve(x.ctx, x.need()) })
	if err != nil {
		x.fail(err)
		return false
	}
	defer leave()
	var puts []func()
	for _, t := range x.targets { // all sinks before the first is read
		if m := x.convoy.members[t]; m.begin() {
			puts = append(puts, x.put(m))
		}
	}
	if len(puts) == 0 {
		return false
	}
	x.progress.started(x.blob, len(puts))
	defer func() { x.reading.add(x.blob.Digest, x.bytes.Load()) }()
	x.work.Go(func() { x.read(share) })
	for _, put := range puts {
		x.work.Go(put)
	}
	x.work.Wait()
	return true
}

// need is how many bytes must fit in buffers for every target to get on: a chunk of the blob, or
// a part where there are targets that send what they write in parts. Those may begin and end within
// a chunk. Only a buffer shows that a stream which has no chunks is at its end.
func (x *transfer) need() int64 {
	need := int64(chunked.ChunkSize)
	if part, ok := x.partSize(); ok {
		need = max(need, part+2*chunked.ChunkSize)
	}
	switch size := x.blob.Size; {
	case size < 0:
	case size <= chunked.ChunkSize:
		need = size
	case size < need: // in whole chunks
		need = min(need, (size+chunked.ChunkSize-1)/chunked.ChunkSize*chunked.ChunkSize)
	}
	return need + copiedSize
}

// partSize returns the size of the largest parts that targets send, if there are such targets.
func (x *transfer) partSize() (size int64, ok bool) {
	for _, t := range x.targets {
		if part, is := partSizeOf(t, x.blob.Size); is {
			size, ok = max(size, part), true
		}
	}
	return size, ok
}

// partSizeOf returns the size of the parts that the target sends of a blob of so many bytes, if it does.
func partSizeOf(t *target, blob int64) (size int64, ok bool) {
	d, ok := t.dest.(partWriter)
	if !ok {
		return 0, false
	}
	return d.PartSize(blob), true
}

// ahead is how many bytes are kept for those who are behind.
func (x *transfer) ahead() int64 {
	if _, ok := x.partSize(); ok { // one part is sent while the next is read
		return max(aheadBytes, 2*x.need())
	}
	if len(x.targets) == 1 {
		return aloneBytes
	}
	return aheadBytes
}

// read reads the blob for all targets.
func (x *transfer) read(share *chunked.Share) {
	err := x.readInto(share)
	if err == nil || errors.Is(err, errNoSinks) {
		return
	}
	// Those who got the error may all have gone meanwhile, which says nothing about it.
	if cause := causeOf(x.ctx, err); !errors.Is(cause, errNoSinks) {
		err = cause
	}
	x.fail(err)
}

// fail gives up the targets that still need the blob.
func (x *transfer) fail(err error) {
	err = sourceError(x.report.Source, "reading blob "+x.blob.Digest.String(), err)
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, t := range x.targets {
		if x.have[t] || slices.Contains(x.again, t) || x.convoy.members[t].hasLeft() {
			continue
		}
		if x.try == 1 && isWrongContent(err) { // it may have changed on the way
			x.lose(t, err)
		} else {
			t.fail(err)
		}
	}
}

// failedAt gives up a target that could not be written, or notes it for another try. Those that
// send parts have tried each again by themselves.
func (x *transfer) failedAt(t *target, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	_, sendsParts := t.dest.(partWriter)
	if sendsParts || errors.Is(err, ErrStalled) || !x.opts.Transient(err) {
		t.fail(err)
		return
	}
	x.lose(t, err)
}

// lose notes a target for another try, unless this was the last. x.mu is held.
func (x *transfer) lose(t *target, err error) {
	if x.try == blobTries || t.ctx.Err() != nil {
		t.fail(err)
		return
	}
	x.again, x.why = append(x.again, t), err
}

// served notes that a target has the blob.
func (x *transfer) served(t *target) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.have[t] = true
}

func (x *transfer) readInto(share *chunked.Share) error {
	// GetBlob's context is that of the stream, too: it must not end with the call.
	watch := time.AfterFunc(x.opts.StallTimeout, func() { x.cancel(ErrStalled) })
	body, size, err := x.open()
	watch.Stop()
	if err != nil {
		return x.fanout.run(failing{err})
	}
	defer body.Close()
	want := x.blob
	if want.Size < 0 { // Docker's schema 1 does not say
		want.Size = size
	}
	return x.fanout.run(verify(newStream(x.ctx, body, share, x.opts.StallTimeout, x.cancel, x.fanout.blocked), want, func(n int64) {
		x.bytes.Add(n)
		x.opts.Progress.BlobRead(want.Digest, n)
	}))
}

// open opens the blob where it is: in a manifest, or in the source.
func (x *transfer) open() (io.ReadCloser, int64, error) {
	if inline, ok := x.img.inline[x.blob.Digest]; ok {
		return io.NopCloser(inline.open()), inline.size, nil
	}
	return x.src.GetBlob(x.ctx, x.blob, none.NoCache)
}

// failing is a stream that could not be opened.
type failing struct{ err error }

func (f failing) next() (piece, error) { return piece{}, f.err }

// put returns what writes the blob to one of the targets.
func (x *transfer) put(m *companion) func() {
	t := m.target
	ctx, drop := context.WithCancelCause(m.ctx)
	part, _ := partSizeOf(t, x.blob.Size)
	s := x.fanout.add(x.opts.StallTimeout, func() { drop(ErrStalled) }).of(&m.load, part)
	return func() {
		defer m.done()
		defer drop(nil)
		// One who waits for the stream may not look at the context.
		defer context.AfterFunc(ctx, s.Close)()
		defer s.Close()
		err := x.putBlob(ctx, t, s)
		switch {
		case err == nil:
			x.served(t)
			if s.wasRead() {
				t.count(x.bytes.Load())
			}
			x.blobArrived(t, x.blob.Digest)
		case wasSetAside(ctx): // it goes on elsewhere
		case !x.fanout.broken(): // else it is the source's, whatever the destination made of it
			x.failedAt(t, destinationError(t.results[0].Name, "writing blob "+x.blob.Digest.String(), causeOf(ctx, err)))
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
