package fanout

import (
	"sync"
	"time"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/mirror/stall"
)

// A Reader says who reads a sink.
type Reader struct {
	Load    *Load         // of the reader, with all of its sinks
	Part    int64         // bytes that it collects by Lend before it does something with them; 0 for one that reads
	Timeout time.Duration // how long it may neither read nor close its sink
	Stalled func()        // called when it did neither for that long
}

// A Sink is one reader's end of a fanout.
type Sink struct {
	f      *Fanout
	reader Reader
	idle   *time.Timer // runs while the sink is not being read

	// Guarded by f.mu.
	queue   []*shared
	off     int   // bytes of the queue's first chunk that were read
	copying bool  // Read copies from the queue's first chunk
	touched bool  // it was read at least once
	asks    bool  // Read or Lend waits for the stream
	lent    int64 // bytes that Lend gave and nobody released
	closed  bool
	busy    bool // as the load knows it
	owing   bool
}

var _ chunked.Lender = (*Sink)(nil)

// Add returns a new sink. All are added before the first is used. A sink that its reader neither reads nor closes for
// the reader's time-out is closed. The time that it waits for the stream does not count. A sink that holds what Lend
// gave it and asks for more is waiting, too: its reader watches by itself over what it does with that.
func (f *Fanout) Add(reader Reader) *Sink {
	f.mu.Lock()
	defer f.mu.Unlock()
	reader.Part = max(reader.Part, 1)
	s := &Sink{f: f, reader: reader}
	s.idle = time.AfterFunc(reader.Timeout, func() {
		s.Close()
		reader.Stalled()
	})
	f.sinks = append(f.sinks, s)
	s.note()
	return s
}

// note tells the load what the sink does now: it is busy unless it waits for the stream, and holds no
// whole part that is on its way. f.mu is held.
func (s *Sink) note() {
	busy := !s.closed && (!s.asks || s.lent >= s.reader.Part)
	owing := busy && s.touched && (s.lent > 0 || len(s.queue) > 0)
	if busy != s.busy {
		s.reader.Load.Busy.Add(change(busy))
	}
	if owing != s.owing {
		s.reader.Load.Owing.Add(change(owing))
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

// Read implements [io.Reader]. It is called by one goroutine at a time.
func (s *Sink) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	data, err := s.begin()
	n := copy(p, data)
	s.end(n)
	s.reader.Load.Taken.Add(int64(n))
	return n, err
}

// Lend implements [chunked.Lender].
func (s *Sink) Lend(most int) (data []byte, release func(), err error) {
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
		s.reader.Load.Taken.Add(int64(len(data)))
		s.reader.Load.Lent.Add(-int64(len(data)))
		s.lent -= int64(len(data))
		s.note()
	}), nil
}

// borrow adds a use of the chunk that begin gave, for so many bytes of it.
func (s *Sink) borrow(n int) *shared {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	s.queue[0].users++
	s.lent += int64(n)
	s.reader.Load.Lent.Add(int64(n))
	return s.queue[0]
}

// begin waits for bytes to read. They stay as they are until end.
func (s *Sink) begin() ([]byte, error) {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	defer s.note()
	s.idle.Stop()
	s.touched = true
	for {
		switch {
		case s.closed:
			return nil, stall.ErrStalled
		case len(s.queue) > 0:
			s.copying = true
			return s.queue[0].Bytes()[s.off:], nil
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
func (s *Sink) end(n int) {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	defer s.note()
	if s.copying {
		s.copying = false
		s.off += n
		if s.off == len(s.queue[0].Bytes()) || s.closed {
			s.pop()
		}
	}
	if s.closed {
		s.drain()
		return
	}
	s.idle.Reset(s.reader.Timeout)
}

// pop is done with the first chunk. f.mu is held.
func (s *Sink) pop() {
	s.f.drop(s.queue[0])
	s.queue[0] = nil
	s.queue, s.off = s.queue[1:], 0
}

// drain lets go of what was not read. f.mu is held.
func (s *Sink) drain() {
	for len(s.queue) > 0 && !s.copying {
		s.pop()
	}
}

// WasRead reports whether anything of the stream was asked for.
func (s *Sink) WasRead() bool {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	return s.touched
}

// Close tells the fanout not to wait for this sink any more. It may be called at any
// time, also during a Read, which is then the last one to give bytes.
func (s *Sink) Close() {
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
