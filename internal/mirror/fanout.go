package mirror

import (
	"errors"
	"io"
	"sync"
	"time"
)

// A fanout reads a stream once and hands it to several sinks. Each sink reads at its
// own pace inside a window of slots; the stream waits for the slowest open one.
type fanout struct {
	mu      sync.Mutex
	changed sync.Cond // something below changed
	slots   [fanoutSlots][]byte
	filled  int64 // slots filled so far; the n-th is slots[n%fanoutSlots]
	err     error // why no more slots will be filled; io.EOF at the end of the stream
	sinks   []*sink
}

// The window of a fanout is fanoutSlots × slotSize bytes = 1 MiB.
const (
	fanoutSlots = 4
	slotSize    = 256 << 10
)

// errNoSinks says that every sink was closed before the stream ended.
var errNoSinks = errors.New("no destination is left")

func newFanout() *fanout {
	f := &fanout{}
	f.changed.L = &f.mu
	return f
}

// run reads src to its end and returns why it stopped: nil at the end of the stream,
// errNoSinks, or the error of src. Sinks get that error too, never a clean io.EOF.
// All sinks are added before.
func (f *fanout) run(src io.Reader) error {
	err := f.pump(src)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
	f.changed.Broadcast()
	if isEnd(err) {
		return nil
	}
	return err
}

// isEnd reports whether err is the clean end of a stream. An io.EOF inside another
// error is not: that stream broke.
func isEnd(err error) bool {
	return err == io.EOF //nolint:errorlint // see above
}

// broken reports whether the stream ended by an error of its own.
func (f *fanout) broken() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err != nil && !isEnd(f.err) && !errors.Is(f.err, errNoSinks)
}

func (f *fanout) pump(src io.Reader) error {
	for {
		slot, err := f.freeSlot()
		if err != nil {
			return err
		}
		n, err := fill(src, slot)
		if n > 0 {
			f.publish(n)
		}
		if err != nil {
			return err
		}
	}
}

// fill reads until buf is full or src ends. Unlike io.ReadFull it gives the reader's
// own error, so that a broken stream can't be mistaken for one that has ended.
func fill(src io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var m int
		m, err = src.Read(buf[n:])
		n += m
	}
	return n, err
}

// freeSlot waits until every open sink is done with the slot that comes next.
func (f *fanout) freeSlot() ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		open, full := 0, false
		for _, s := range f.sinks {
			if !s.closed {
				open++
				full = full || f.filled-s.slot == fanoutSlots
			}
		}
		if open == 0 {
			return nil, errNoSinks
		}
		if !full {
			break
		}
		f.changed.Wait()
	}
	i := f.filled % fanoutSlots
	if f.slots[i] == nil {
		f.slots[i] = make([]byte, slotSize)
	}
	return f.slots[i][:slotSize], nil
}

func (f *fanout) publish(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := f.filled % fanoutSlots
	f.slots[i] = f.slots[i][:n]
	f.filled++
	f.changed.Broadcast()
}

// A sink is one reader of a fanout's stream.
type sink struct {
	f       *fanout
	timeout time.Duration
	idle    *time.Timer // runs while the sink is not being read
	slot    int64       // the slot it reads next, guarded by f.mu
	off     int         // bytes of that slot it has read
	closed  bool        // guarded by f.mu
}

// add returns a new sink. If it is neither read nor closed for the timeout, it is
// closed and stalled is called; the time it waits for the stream does not count.
func (f *fanout) add(timeout time.Duration, stalled func()) *sink {
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
	s.idle.Stop()
	slot, err := s.next()
	if err != nil {
		s.watch()
		return 0, err
	}
	n := copy(p, slot[s.off:])
	s.off += n
	if s.off == len(slot) {
		s.advance()
	}
	s.watch()
	return n, nil
}

// next waits for the slot to read. The slot stays as it is until advance.
func (s *sink) next() ([]byte, error) {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	for {
		switch {
		case s.closed:
			return nil, ErrStalled
		case s.slot < s.f.filled:
			return s.f.slots[s.slot%fanoutSlots], nil
		case s.f.err != nil:
			return nil, s.f.err
		}
		s.f.changed.Wait()
	}
}

func (s *sink) advance() {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	s.slot++
	s.off = 0
	s.f.changed.Broadcast()
}

// watch starts the idle timer, unless the sink is closed.
func (s *sink) watch() {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	if !s.closed {
		s.idle.Reset(s.timeout)
	}
}

// Close tells the fanout not to wait for this sink any more.
func (s *sink) Close() {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	s.closed = true
	s.idle.Stop()
	s.f.changed.Broadcast()
}
