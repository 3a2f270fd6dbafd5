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
	load    *load       // of the target that reads it
	part    int64       // bytes that it collects by Lend before it does something with them

	// Guarded by f.mu.
	queue   []*shared
	off     int   // bytes of the queue's first piece that were read
	copying bool  // Read copies from the queue's first piece
	touched bool  // it was read at least once
	asks    bool  // Read or Lend waits for the stream
	lent    int64 // bytes that Lend gave and nobody released
	closed  bool
	busy    bool // as the load knows it
	owing   bool
}

// add returns a new sink. All are added before the first is used. If it is neither read nor closed for
// the timeout, it is closed and stalled is called; the time it waits for the stream does not count. A
// sink that holds what Lend gave it and asks for more is waiting, too: whoever borrows watches by
// itself over what it does with it.
func (f *fanout) add(timeout time.Duration, stalled func()) *sink {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := &sink{f: f, timeout: timeout, load: &load{}, part: 1}
	s.idle = time.AfterFunc(timeout, func() {
		s.Close()
		stalled()
	})
	f.sinks = append(f.sinks, s)
	return s
}

// of makes the sink one of a target's, whose load it is part of, and which sends parts of so many bytes,
// 0 if it does not. It comes before its use.
func (s *sink) of(l *load, part int64) *sink {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	s.load, s.part = l, max(part, 1)
	s.note()
	return s
}

// note tells the load what the sink does now: it is busy unless it waits for the stream, and holds no
// whole part that is on its way. f.mu is held.
func (s *sink) note() {
	busy := !s.closed && (!s.asks || s.lent >= s.part)
	owing := busy && s.touched && (s.lent > 0 || len(s.queue) > 0)
	if busy != s.busy {
		s.load.busy.Add(change(busy))
	}
	if owing != s.owing {
		s.load.owing.Add(change(owing))
	}
	s.busy, s.owing = busy, owing
}

// change is what a count grows by when something begins, or ends.
func change(begins bool) int64 {
	if begins {
		return 1
	}
	return -1
}

// Read implements io.Reader. It is called by one goroutine at a time.
func (s *sink) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	data, err := s.begin()
	n := copy(p, data)
	s.end(n)
	s.load.taken.Add(int64(n))
	return n, err
}

// Lend implements chunked.Lender.
func (s *sink) Lend(most int) (data []byte, release func(), err error) {
	if data, err = s.begin(); err != nil {
		s.end(0)
		return nil, nil, err
	}
	data = data[:min(most, len(data))]
	lent := s.borrow(len(data))
	s.end(len(data))
	return data, sync.OnceFunc(func() {
		s.f.mu.Lock()
		defer s.f.mu.Unlock()
		s.f.drop(lent)
		s.load.taken.Add(int64(len(data)))
		s.load.lent.Add(-int64(len(data)))
		s.lent -= int64(len(data))
		s.note()
	}), nil
}

// borrow adds a use of the piece that begin gave, for so many bytes of it.
func (s *sink) borrow(n int) *shared {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	s.queue[0].users++
	s.lent += int64(n)
	s.load.lent.Add(int64(n))
	return s.queue[0]
}

// begin waits for bytes to read. They stay as they are until end.
func (s *sink) begin() ([]byte, error) {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	defer s.note()
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
		s.asks = true
		s.note()
		s.f.changed.Wait()
		s.asks = false
	}
}

// end notes that n bytes were read, and that the sink is idle from now on.
func (s *sink) end(n int) {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	defer s.note()
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
	s.note()
	s.f.changed.Broadcast()
	if !s.f.open() {
		s.f.abandoned()
	}
}
