package chunked

import (
	"context"
	"fmt"
	"io"
	"time"
)

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

// reconsider goes back to chunks where a plain stream is read that does not keep up. It is called
// between the pieces that are read of it, so that each fills its buffer.
func (r *Reader) reconsider() {
	s := r.direct
	if s == nil || !s.plain || s.whole || s.measured < plainLook || s.off == s.end {
		return
	}
	keepsUp := s.pace.keepsUp(s.measured, s.waited)
	s.measured, s.waited = 0, 0
	if keepsUp {
		return
	}
	s.close()
	r.direct = nil
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = s.off
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
