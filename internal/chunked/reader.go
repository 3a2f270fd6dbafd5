package chunked

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// A Reader is an in-order stream over one blob. Nothing is asked for before the first Read. One
// goroutine reads; Close may be called from any.
type Reader struct {
	fetch  Fetch
	size   int64
	opts   Options
	budget *Budget
	ctx    context.Context // ends all requests; cancelled by Close, with its cause
	cancel context.CancelCauseFunc
	// rangesCtx ends the requests of all chunks but the first.
	rangesCtx    context.Context
	cancelRanges context.CancelFunc

	reading sync.Mutex // held by Read, and by Close once Read has left
	share   *Share     // nil before the first Read and after the end
	adopted bool       // the share is the caller's
	freed   chan struct{}
	waits   *atomic.Int64 // nil if nobody counts
	rate    *RateWatch
	came    atomic.Int64 // bytes in chunks, since the rate was last looked at
	pos     int64        // bytes delivered
	current *chunk       // the chunk being delivered from its buffer
	direct  *stream      // or the stream that is read without a buffer
	err     error        // what Read returns from now on

	window
}

// NewReader returns a reader of a blob of size bytes, at least 0. The context is for all of the
// reader's life: when it is done, Read fails with its cause. The caller closes the reader.
func NewReader(ctx context.Context, budget *Budget, size int64, fetch Fetch, opts Options) *Reader {
	r := &Reader{fetch: fetch, size: size, opts: opts.withDefaults(), budget: budget, freed: make(chan struct{}, 1)}
	r.rate = NewRateWatch(r.opts.LeastRate)
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	r.rangesCtx, r.cancelRanges = context.WithCancel(r.ctx)
	return r
}

// Size returns the blob's size in bytes.
func (r *Reader) Size() int64 { return r.size }

// Read implements [io.Reader]. It returns io.EOF after exactly Size bytes. Any other error is
// final.
func (r *Reader) Read(p []byte) (int, error) {
	r.reading.Lock()
	defer r.reading.Unlock()
	if r.err != nil {
		return 0, r.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := r.read(p)
	r.pos += int64(n)
	if r.pos == r.size && err == nil && r.direct == nil {
		err = io.EOF
	}
	if err != nil {
		r.err = r.final(err)
		r.release(r.err)
		if n == 0 {
			return 0, r.err
		}
	}
	return n, nil
}

// Close stops all requests and returns when they have stopped and all buffers are back in the
// budget, save those of chunks that [Reader.Next] lent. A Read in progress fails with [ErrClosed].
func (r *Reader) Close() error {
	r.cancel(ErrClosed)
	r.reading.Lock()
	defer r.reading.Unlock()
	r.release(ErrClosed)
	r.err = ErrClosed
	return nil
}

func (r *Reader) read(p []byte) (int, error) {
	if r.pos == r.size && r.direct == nil {
		return 0, io.EOF
	}
	if r.share == nil {
		r.share = r.budget.Join()
	}
	r.reconsider()
	if r.direct == nil && r.current == nil {
		if err := r.advance(); err != nil {
			return 0, err
		}
	}
	if r.current != nil {
		return r.readChunk(p), nil
	}
	return r.readDirect(p)
}

// advance makes the chunk at pos the current one, or reads it directly where it was never begun.
func (r *Reader) advance() error {
	r.current, r.direct = r.head()
	if r.current == nil {
		return nil
	}
	c := r.current
	if err := r.await(c); err != nil {
		return err
	}
	switch {
	case c.rest == nil:
	case c.rest.plain && !c.rest.whole: // the window has nothing after it
		r.direct = c.rest
	default:
		r.goDirect(c.rest)
	}
	c.rest = nil
	if c.filled == 0 {
		r.share.Put(c.buf)
		r.current = nil
	}
	return nil
}

// await waits for a chunk, as long as the source keeps to its least rate.
func (r *Reader) await(c *chunk) error {
	ticker := time.NewTicker(max(r.opts.LeastRate.Over/16, time.Millisecond))
	defer ticker.Stop()
	for begun := time.Now(); ; {
		select {
		case <-c.done:
			if c.err != nil {
				return c.err
			}
			return r.hold(begun, 0)
		case now := <-ticker.C:
			if err := r.hold(begun, 0); err != nil {
				return err
			}
			begun = now
		case <-r.ctx.Done():
			return context.Cause(r.ctx)
		}
	}
}

// hold holds what came since it was last called, and n bytes beside, to the least rate.
func (r *Reader) hold(begun time.Time, n int) error {
	if err := r.rate.Add(time.Since(begun), r.came.Swap(0)+int64(n)); err != nil {
		return &rangeError{off: r.pos, end: r.size, err: err}
	}
	return nil
}

func (r *Reader) readChunk(p []byte) int {
	c := r.current
	n := copy(p, c.buf[c.delivered:c.filled])
	c.delivered += n
	if c.delivered == c.filled {
		r.current = nil
		r.share.Put(c.buf)
		r.fill()
	}
	return n
}

func (r *Reader) readDirect(p []byte) (int, error) {
	n, ended, err := r.readStream(p)
	if ended {
		return r.read(p)
	}
	return n, err
}

// readStream reads from the stream that is read without a buffer, and lets go of it at its end.
func (r *Reader) readStream(p []byte) (n int, ended bool, err error) {
	s := r.direct
	wasWhole := s.whole
	begun := time.Now()
	n, err = s.read(r.ctx, p)
	switch {
	case err == io.EOF: //nolint:errorlint // the bare value is the end
		r.direct = nil
		if r.single() {
			s.teach(s.measured)
		}
		return 0, true, nil
	case err != nil:
		return n, false, err
	case s.whole && !wasWhole:
		r.goDirect(s)
	case !s.whole && s.end < r.size:
		r.honoured()
	}
	s.measured += int64(n)
	s.waited += time.Since(begun)
	return n, false, r.hold(begun, n)
}

// final says what Read returns for err from now on.
func (r *Reader) final(err error) error {
	if r.ctx.Err() != nil && err != io.EOF { //nolint:errorlint // the bare value is the end
		return context.Cause(r.ctx)
	}
	if err == io.EOF && r.pos != r.size { //nolint:errorlint // the bare value is the end
		return fmt.Errorf("delivered %d of %d bytes: %w", r.pos, r.size, io.ErrUnexpectedEOF)
	}
	return err
}

// release stops everything and gives all buffers back.
func (r *Reader) release(cause error) {
	r.cancel(cause)
	r.stop()
	if r.direct != nil {
		r.direct.close()
		r.direct = nil
	}
	if r.share == nil {
		return
	}
	chunks := r.drop()
	if r.current != nil {
		chunks = append(chunks, r.current)
		r.current = nil
	}
	for _, c := range chunks {
		r.share.Put(c.buf)
		if c.rest != nil {
			c.rest.close()
		}
	}
	if !r.adopted {
		r.share.Leave()
	}
	r.share = nil
}
