package mirror

import (
	"sync"
	"time"
)

// A sink is one reader of a fanout's stream.
type sink struct {
	f       *fanout
	timeout time.Duration
	idle    *time.Timer // runs while the sink is not being read

	// Guarded by f.mu.
	queue   []*shared
	off     int  // bytes of the queue's first piece that were read
	copying bool // Read copies from the queue's first piece
	touched bool // it was read at least once
	closed  bool
}

// add returns a new sink. All are added before the first is used. If it is neither read nor closed for
// the timeout, it is closed and stalled is called; the time it waits for the stream does not count. A
// sink that holds what Lend gave it and asks for more is waiting, too: whoever borrows watches by
// itself over what it does with it.
func (f *fanout) add(timeout time.Duration, stalled func()) *sink {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := &sink{f: f, timeout: timeout}
	s.idle = time.AfterFunc(timeout, func() {
		s.Close()
		stalled()
	})
	f.sinks = append(f.sinks, s)
	return s
}

// Read implements io.Reader. It is called by one goroutine at a time.
func (s *sink) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	data, err := s.begin()
	n := copy(p, data)
	s.end(n)
	return n, err
}

// Lend implements chunked.Lender.
func (s *sink) Lend(most int) (data []byte, release func(), err error) {
	if data, err = s.begin(); err != nil {
		s.end(0)
		return nil, nil, err
	}
	data = data[:min(most, len(data))]
	lent := s.borrow()
	s.end(len(data))
	return data, sync.OnceFunc(func() {
		s.f.mu.Lock()
		defer s.f.mu.Unlock()
		s.f.drop(lent)
	}), nil
}

// borrow adds a use of the piece that begin gave.
func (s *sink) borrow() *shared {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	s.queue[0].users++
	return s.queue[0]
}

// begin waits for bytes to read. They stay as they are until end.
func (s *sink) begin() ([]byte, error) {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	s.idle.Stop()
	s.touched = true
	for {
		switch {
		case s.closed:
			return nil, ErrStalled
		case len(s.queue) > 0:
			s.copying = true
			return s.queue[0].data[s.off:], nil
		case s.f.err != nil:
			return nil, s.f.err
		}
		s.f.changed.Wait()
	}
}

// end notes that n bytes were read, and that the sink is idle from now on.
func (s *sink) end(n int) {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	if s.copying {
		s.copying = false
		s.off += n
		if s.off == len(s.queue[0].data) || s.closed {
			s.pop()
		}
	}
	if s.closed {
		s.drain()
		return
	}
	s.idle.Reset(s.timeout)
}

// pop is done with the first piece. f.mu is held.
func (s *sink) pop() {
	s.f.drop(s.queue[0])
	s.queue[0] = nil
	s.queue, s.off = s.queue[1:], 0
}

// drain lets go of what was not read. f.mu is held.
func (s *sink) drain() {
	for len(s.queue) > 0 && !s.copying {
		s.pop()
	}
}

// wasRead reports whether anything of the stream was asked for.
func (s *sink) wasRead() bool {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	return s.touched
}

// Close tells the fanout not to wait for this sink any more. It may be called at any
// time, also during a Read, which is then the last one to give bytes.
func (s *sink) Close() {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	s.closed = true
	s.idle.Stop()
	s.drain()
	s.f.changed.Broadcast()
	if !s.f.open() {
		s.f.abandoned()
	}
}
