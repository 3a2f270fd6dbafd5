// Package chunked reads one blob as an in-order stream over parallel requests for byte ranges
// (chunks), inside a byte budget shared by the whole process.
//
// A [Reader] keeps a window of chunks: those in flight and those that arrived and wait for their
// turn. A chunk's buffer is acquired from the [Budget] before its goroutine starts. Where the
// budget has none, the reader reads its next chunk straight from the response into the caller's
// slice, which needs no buffer. So memory never exceeds the budget, and a reader can go on whatever
// others hold, and in whatever order they are read: no reader waits for the budget.
//
// Retries happen here and nowhere above: a request that fails is made again for the bytes still
// missing, a bounded number of times a chunk. Every error reaches Read, and io.EOF is returned only
// when all bytes were delivered. The content's digest is for the caller to verify as the stream
// passes.
//
// Where bytes come from is a [Fetch]; [HTTP] is the one for URLs.
package chunked

import (
	"context"
	"sync"
	"sync/atomic"
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

// A chunk is one range on its way into a buffer. Its goroutine owns the fields after done until
// done is closed; then they belong to Read.
type chunk struct {
	off  int64
	done chan struct{}

	buf       []byte
	filled    int
	delivered int
	rest      *stream // goes on after filled, to the end of the blob
	err       error
}

// A window is the chunks that were begun and not yet delivered, in order.
type window struct {
	mu       sync.Mutex
	chunks   []*chunk
	next     int64 // offset of the first byte that nobody has begun to fetch
	inFlight int
	lent     int  // chunks that Next gave out and nobody released yet
	ranges   bool // the server has honoured a range
	whole    bool // the server has not: begin no further chunk
	stopped  bool
	wg       sync.WaitGroup
}

// first is the offset of the window's first byte.
func (w *window) first() int64 {
	if len(w.chunks) > 0 {
		return w.chunks[0].off
	}
	return w.next
}

// drop empties the window and returns what was in it.
func (w *window) drop() []*chunk {
	w.mu.Lock()
	defer w.mu.Unlock()
	chunks := w.chunks
	w.chunks = nil
	return chunks
}

// stop begins no more chunks, and waits for those in flight. Their context has been cancelled.
func (w *window) stop() {
	w.mu.Lock()
	w.stopped = true
	w.mu.Unlock()
	w.wg.Wait()
}

func (r *Reader) newStream(off, end int64, takeWhole bool) *stream {
	return &stream{
		fetch: r.fetch, opts: r.opts, pace: r.opts.Pace,
		off: off, end: end, mark: off, blobSize: r.size, takeWhole: takeWhole,
	}
}
