package mirror

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"ecrmirror/internal/chunked"
)

// A fanout reads a stream once and hands it to several sinks, without copying it: all look at the
// same pieces, and a piece is freed when the last is done with it. Each sink reads at its own pace;
// the stream waits for the slowest open one once so many bytes are held.
type fanout struct {
	limit     int64         // bytes that pieces hold before the stream waits for the sinks
	abandoned func()        // called when no sink is open any more
	blocked   *atomic.Int64 // counts the streams that wait

	mu      sync.Mutex
	changed sync.Cond // something below changed
	held    int64     // bytes of pieces that are not freed
	err     error     // why there will be no more pieces; io.EOF at the end of the stream
	sinks   []*sink
}

// A stream gives its bytes piece by piece, and in the end io.EOF itself.
type stream interface {
	next() (piece, error)
}

// A piece is a run of a stream's bytes, which hold until free is called.
type piece struct {
	data []byte
	free func()
}

// A shared is a piece that some sinks look at.
type shared struct {
	piece
	users int // guarded by the fanout's mutex
}

// errNoSinks says that every sink was closed before the stream ended.
var errNoSinks = errors.New("no destination is left")

func newFanout(limit int64, abandoned func()) *fanout {
	f := &fanout{limit: limit, abandoned: abandoned, blocked: new(atomic.Int64)}
	f.changed.L = &f.mu
	return f
}

// run reads the stream to its end and returns why it stopped: nil at the end, errNoSinks, or the
// stream's error. Sinks get that error too, never a clean io.EOF.
func (f *fanout) run(s stream) error {
	err := f.pump(s)
	f.mu.Lock()
	defer f.mu.Unlock()
	if !isEnd(err) && !f.open() {
		err = errNoSinks // the stream was stopped for it, or broke when nobody listened
	}
	f.err = err
	f.changed.Broadcast()
	if isEnd(err) {
		return nil
	}
	return err
}

func (f *fanout) pump(s stream) error {
	for {
		if err := f.room(); err != nil {
			return err
		}
		p, err := s.next()
		if err != nil {
			return err
		}
		f.publish(p)
	}
}

// broken reports whether the stream ended by an error of its own.
func (f *fanout) broken() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err != nil && !isEnd(f.err) && !errors.Is(f.err, errNoSinks)
}

// room waits until less is held than the limit.
func (f *fanout) room() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.open() && f.held >= f.limit {
		f.blocked.Add(1)
		f.changed.Wait()
		f.blocked.Add(-1)
	}
	if !f.open() {
		return errNoSinks
	}
	return nil
}

// open reports whether a sink is. f.mu is held.
func (f *fanout) open() bool {
	return slices.ContainsFunc(f.sinks, func(s *sink) bool { return !s.closed })
}

// publish gives a piece to all open sinks.
func (f *fanout) publish(p piece) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held += int64(len(p.data))
	one := &shared{piece: p, users: 1} // this function
	for _, s := range f.sinks {
		if !s.closed {
			one.users++
			s.queue = append(s.queue, one)
			s.note()
		}
	}
	f.drop(one)
	f.changed.Broadcast()
}

// drop ends one use of a piece. f.mu is held.
func (f *fanout) drop(p *shared) {
	if p.users--; p.users > 0 {
		return
	}
	f.held -= int64(len(p.data))
	p.free()
	f.changed.Broadcast()
}

var _ chunked.Lender = (*sink)(nil)
