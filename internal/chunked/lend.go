package chunked

import (
	"context"
	"io"
	"sync/atomic"
)

// Adopt makes the reader use a share of its budget that the caller has, and leaves when all is done. It counts the
// reader in by waits, if that is not nil, while Next waits for chunks that it lent. It comes before the first Read or
// Next.
func (r *Reader) Adopt(share *Share, waits *atomic.Int64) {
	r.reading.Lock()
	defer r.reading.Unlock()
	r.share, r.adopted, r.waits = share, true, waits
}

// Next returns the next bytes of the blob, at least one, without copying them: a whole chunk, or
// what is left of one after Read. It returns io.EOF at the end; any other error is final. Where the
// budget has nothing more to give, it waits until chunks that it lent are released: those who hold
// on to some must be able to go on with what the reader's share has reserved.
func (r *Reader) Next() (*Chunk, error) {
	r.reading.Lock()
	defer r.reading.Unlock()
	if r.err != nil {
		return nil, r.err
	}
	c, err := r.lendNext()
	if err != nil {
		r.err = r.final(err)
		r.release(r.err)
		return nil, r.err
	}
	r.pos += int64(len(c.data))
	return c, nil
}

func (r *Reader) lendNext() (*Chunk, error) {
	for {
		if r.pos == r.size && r.direct == nil {
			return nil, io.EOF
		}
		if r.share == nil {
			r.share = r.budget.Join()
		}
		r.reconsider()
		if r.current == nil && r.direct != nil {
			return r.nextDirect()
		}
		if r.current == nil {
			if err := r.room(); err != nil {
				return nil, err
			}
			if err := r.advance(); err != nil {
				return nil, err
			}
		}
		if r.current != nil {
			return r.lendCurrent()
		}
	}
}

// lendCurrent lends the current chunk. Where a stream goes on in the middle of it, that fills it: a
// buffer costs as much of the budget however little is in it.
func (r *Reader) lendCurrent() (*Chunk, error) {
	c := r.current
	if r.direct != nil && c.filled < len(c.buf) {
		n, err := r.fillDirect(c.buf[c.filled:])
		if err != nil {
			return nil, err
		}
		c.filled += n
	}
	r.current = nil
	return r.lend(c.buf, c.delivered, c.filled), nil
}

// room waits until there is a chunk to advance to, or no more can come of waiting.
func (r *Reader) room() error {
	for {
		r.fill()
		if !r.starved() {
			return nil
		}
		if err := r.waitForFreed(); err != nil {
			return err
		}
	}
}

// waitForFreed waits until a chunk that was lent is released.
func (r *Reader) waitForFreed() error {
	if r.waits != nil {
		r.waits.Add(1)
		defer r.waits.Add(-1)
	}
	select {
	case <-r.freed:
		return nil
	case <-r.ctx.Done():
		return context.Cause(r.ctx)
	}
}

// starved reports whether no chunk was begun, and some are lent out whose buffers will do.
func (r *Reader) starved() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.chunks) == 0 && r.lent > 0 && !r.whole && !r.single() && !r.opts.Pace.plain()
}

// streamedSize is the size in bytes of pieces of a stream that is read without chunks: small enough
// to stay in the processor's cache until they are used, and to be used while the next arrives.
const streamedSize = 256 << 10

// nextDirect fills a buffer from the stream that has no chunks.
func (r *Reader) nextDirect() (*Chunk, error) {
	buf, err := r.buffer(min(r.direct.end-r.pos, streamedSize, r.opts.ChunkSize))
	if err != nil {
		return nil, err
	}
	n, err := r.fillDirect(buf)
	if err != nil {
		r.share.Put(buf)
		return nil, err
	}
	if n == 0 { // Read had read it all
		r.share.Put(buf)
		return r.lendNext()
	}
	return r.lend(buf, 0, n), nil
}

// fillDirect reads until buf is full, and past the end of the stream if that is where it ends: only
// there may turn out that the server sends too much.
func (r *Reader) fillDirect(buf []byte) (n int, err error) {
	var one [1]byte
	for r.direct != nil {
		p := buf[n:]
		switch {
		case r.direct.off == r.direct.end:
			p = one[:]
		case len(p) == 0:
			return n, nil
		}
		read, ended, err := r.readStream(p)
		if err != nil || ended {
			return n, err
		}
		n += read
	}
	return n, nil
}

// buffer returns a buffer, if need be one that was lent out before.
func (r *Reader) buffer(n int64) ([]byte, error) {
	for {
		if buf := r.share.Try(n); buf != nil {
			return buf, nil
		}
		r.mu.Lock()
		lent := r.lent
		r.mu.Unlock()
		if lent == 0 {
			return r.share.Take(n), nil
		}
		if err := r.waitForFreed(); err != nil {
			return nil, err
		}
	}
}

func (r *Reader) lend(buf []byte, from, to int) *Chunk {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lent++
	return &Chunk{data: buf[from:to], buf: buf, share: r.share, lender: r}
}

// returned notes that a chunk was released, and begins what chunks it may.
func (r *Reader) returned() {
	r.mu.Lock()
	r.lent--
	r.fillLocked()
	r.mu.Unlock()
	select {
	case r.freed <- struct{}{}:
	default:
	}
}
