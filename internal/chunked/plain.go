package chunked

import "time"

// Where a single stream is as fast as this machine can use it, a blob is read by one plain stream:
// ranges beside it only cost.
const (
	// plainPerByte is what a byte of a chunk takes at most, in seconds, where that is so: 170 MB/s.
	// Object stores across a network give half of that on a connection.
	plainPerByte = 6e-9
	// plainRate is what all such streams together deliver at least, in bytes a second, or they give
	// way to chunks.
	plainRate = 60e6
	// plainLook is how often, in bytes, a stream's rate is looked at.
	plainLook = 4 << 20
)

// plain reports whether a single stream does as well as many.
func (p *Pace) plain() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.samples >= patientSamples && p.typical.perByte < plainPerByte
}

// streaming counts plain streams.
func (p *Pace) streaming(more int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.streams += more
}

// keepsUp reports whether a stream that delivered n bytes while it was waited for so long is fast
// enough for its share. If not, chunks are tried for a while.
func (p *Pace) keepsUp(n int64, waited time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	perByte := waited.Seconds() / float64(n)
	if perByte*plainRate <= float64(p.streams) {
		return true
	}
	p.typical.perByte = max(perByte, 2*plainPerByte)
	return false
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
