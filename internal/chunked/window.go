package chunked

import (
	"errors"
	"io"
)

// head begins what chunks it may, and takes the first one out of the window. Where there is none,
// the budget has no buffer for it, or the blob is a single chunk, or it can't be read by ranges:
// then it returns a stream for the bytes instead.
func (r *Reader) head() (*chunk, *stream) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fillLocked()
	if len(r.chunks) > 0 {
		c := r.chunks[0]
		r.chunks[0] = nil
		r.chunks = r.chunks[1:]
		return c, nil
	}
	end := min(r.pos+r.opts.ChunkSize, r.size)
	if r.whole {
		end = r.size
	}
	r.next = end
	return nil, r.newStream(r.pos, end, true)
}

// fill begins chunks as long as the options and the budget allow it, and as they are of use.
func (r *Reader) fill() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fillLocked()
}

// The reader's mutex is held. A blob of a single chunk is read when it is wanted, and used while it
// arrives: ahead of it there is nothing to fetch.
func (r *Reader) fillLocked() {
	if r.single() {
		return
	}
	for !r.stopped && !r.whole && r.next < r.size &&
		r.inFlight < r.opts.Parallelism && len(r.chunks) < r.opts.ahead() {
		if r.opts.Probe && !r.ranges && r.next > 0 {
			return
		}
		if r.opts.Pace.plain() || r.next == 0 && r.size <= fewChunks*r.opts.ChunkSize && r.opts.Pace.crowded() {
			r.beginPlain()
			return
		}
		r.share.Want(min(int64(r.opts.ahead())*r.opts.ChunkSize, r.size-r.first()))
		if !r.opts.Pace.begin(len(r.chunks) == 0) {
			return
		}
		buf := r.share.Try(r.opts.ChunkSize)
		if buf == nil {
			r.opts.Pace.end()
			return
		}
		n := min(r.opts.ChunkSize, r.size-r.next)
		c := &chunk{off: r.next, done: make(chan struct{}), buf: buf[:n]}
		r.chunks = append(r.chunks, c)
		r.next += n
		r.inFlight++
		r.wg.Add(1)
		go r.run(c)
	}
}

// fewChunks is up to how many chunks a blob is read by one stream where enough is under way without it: its chunks
// would be asked for one after another, and each would wait for its first byte.
const fewChunks = 8

// single reports whether the blob is one chunk at most.
func (r *Reader) single() bool { return r.size <= r.opts.ChunkSize }

// run fetches one chunk. The first may turn out to be the whole blob, which then outlives the other
// chunks, so its context is the reader's own.
func (r *Reader) run(c *chunk) {
	defer r.wg.Done()
	ctx := r.rangesCtx
	if c.off == 0 {
		ctx = r.ctx
	}
	s := r.newStream(c.off, c.off+int64(len(c.buf)), c.off == 0)
	for !s.whole {
		n, err := s.read(ctx, c.buf[c.filled:])
		if err != nil {
			if err != io.EOF { //nolint:errorlint // the bare value is the end
				c.err = err
			}
			break
		}
		c.filled += n
		r.came.Add(int64(n))
		if !s.whole {
			r.honoured()
		}
	}
	r.opts.Pace.end()
	if c.err == nil {
		s.teach(int64(c.filled))
	}
	r.settle(c, s)
	close(c.done)
	r.fill()
}

// settle ends a chunk's time in flight.
func (r *Reader) settle(c *chunk, s *stream) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.inFlight--
	switch {
	case errors.Is(c.err, errWhole):
		r.whole = true
		c.err, c.rest = nil, r.newStream(c.off+int64(c.filled), r.size, true)
	case s.whole && c.err == nil:
		r.whole = true
		c.rest = s
	default:
		s.close()
	}
}

// honoured notes that the server honours ranges, and begins what chunks it may.
func (r *Reader) honoured() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ranges = true
	r.fillLocked()
}

// goDirect reads everything from now on by s alone, and gives up the window.
func (r *Reader) goDirect(s *stream) {
	r.mu.Lock()
	r.whole = true
	r.mu.Unlock()
	r.share.Want(0) // beside what is reserved
	r.cancelRanges()
	r.direct = s
	for _, c := range r.drop() {
		<-c.done
		r.share.Put(c.buf)
		if c.rest != nil {
			c.rest.close()
		}
	}
}

// beginPlain asks for all that nobody has begun to fetch, to be read without a buffer when its turn
// comes. The reader's mutex is held.
func (r *Reader) beginPlain() {
	s := r.newStream(r.next, r.size, true)
	s.plain = true
	c := &chunk{off: r.next, done: make(chan struct{}), rest: s}
	r.chunks = append(r.chunks, c)
	r.next = r.size
	r.share.Want(0) // beside what is reserved
	r.wg.Go(func() {
		defer close(c.done)
		s.openAhead(r.ctx)
	})
}
