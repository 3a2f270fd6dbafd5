package mirror

import (
	"errors"
	"io"
	"slices"
	"sync"
	"time"
)

// A fanout reads a stream once and hands it to several sinks. Each sink reads at its
// own pace inside a window of slots; the stream waits for the slowest open one.
type fanout struct {
	abandoned func() // called when no sink is open any more

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

func newFanout(abandoned func()) *fanout {
	f := &fanout{abandoned: abandoned}
	f.changed.L = &f.mu
	return f
}

// run reads src to its end and returns why it stopped: nil at the end of the stream,
// errNoSinks, or the error of src. Sinks get that error too, never a clean io.EOF.
func (f *fanout) run(src io.Reader) error {
	err := f.pump(src)
	f.mu.Lock()
	defer f.mu.Unlock()
	if !isEnd(err) && !f.wanted() {
		err = errNoSinks // src was stopped for it, or broke when nobody listened
	}
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

// freeSlot waits until every sink that is open, or still copies, is done with the slot that comes next.
func (f *fanout) freeSlot() ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		if !f.wanted() {
			return nil, errNoSinks
		}
		if !slices.ContainsFunc(f.sinks, (*sink).lags) {
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

// wanted reports whether a sink is open. f.mu is held.
func (f *fanout) wanted() bool {
	return slices.ContainsFunc(f.sinks, func(s *sink) bool { return !s.closed })
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

	// Guarded by f.mu.
	slot    int64 // the slot it reads next
	off     int   // bytes of that slot it has read
	copying bool  // Read copies from that slot, which must stay as it is
	closed  bool
}

// lags reports whether the sink still needs the oldest slot of a full window. f.mu is held.
func (s *sink) lags() bool {
	return (!s.closed || s.copying) && s.f.filled-s.slot == fanoutSlots
}

// add returns a new sink. All are added before the first is used. If it is neither read nor closed for the timeout, it is
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
	data, err := s.begin()
	n := copy(p, data)
	s.end(n)
	return n, err
}

// begin waits for bytes to read. They stay as they are until end.
func (s *sink) begin() ([]byte, error) {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	s.idle.Stop()
	for {
		switch {
		case s.closed:
			return nil, ErrStalled
		case s.slot < s.f.filled:
			s.copying = true
			return s.f.slots[s.slot%fanoutSlots][s.off:], nil
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
		done := s.off == len(s.f.slots[s.slot%fanoutSlots])
		if done {
			s.slot++
			s.off = 0
		}
		if done || s.closed {
			s.f.changed.Broadcast()
		}
	}
	if !s.closed {
		s.idle.Reset(s.timeout)
	}
}

// Close tells the fanout not to wait for this sink any more. It may be called at any
// time, also during a Read, which is then the last one to give bytes.
func (s *sink) Close() {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	s.closed = true
	s.idle.Stop()
	s.f.changed.Broadcast()
	if !s.f.wanted() {
		s.f.abandoned()
	}
}
