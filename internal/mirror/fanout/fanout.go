// Package fanout reads a stream once for several readers, without copying it.
package fanout

import (
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"ecrmirror/internal/chunked"
)

// A Fanout hands the chunks of one stream to several sinks: all look at the same ones, and a chunk is released when
// the last sink is done with it. Each sink reads at its own pace; the stream waits for the slowest open one once so
// many bytes are held.
type Fanout struct {
	limit     int64         // bytes that chunks hold before the stream waits for the sinks
	blocked   *atomic.Int64 // counts the streams that wait
	abandoned func()        // called when no sink is open any more

	mu      sync.Mutex
	changed sync.Cond // something below changed
	held    int64     // bytes of chunks that are not released
	err     error     // why there will be no more chunks; io.EOF at the end of the stream
	sinks   []*Sink
}

// A Stream gives chunks, and in the end io.EOF itself. A [chunked.Blob] is one.
type Stream interface {
	Next() (*chunked.Chunk, error)
}

// A shared is a chunk that some sinks look at.
type shared struct {
	*chunked.Chunk
	users int // guarded by the fanout's mutex
}

// ErrNoSinks says that every sink was closed before the stream ended.
var ErrNoSinks = errors.New("no destination is left")

// New returns a fanout whose stream waits for its sinks once their chunks hold as many bytes as the limit. While it
// waits it counts itself in by blocked. It calls abandoned when no sink is open any more.
func New(limit int64, blocked *atomic.Int64, abandoned func()) *Fanout {
	f := &Fanout{limit: limit, blocked: blocked, abandoned: abandoned}
	f.changed.L = &f.mu
	return f
}

// Run reads the stream to its end, and returns nil then. Otherwise it returns [ErrNoSinks], or the stream's error,
// which the sinks get, too: never a clean io.EOF.
func (f *Fanout) Run(s Stream) error { return f.End(f.pump(s)) }

// End has the sinks get an error in the place of a stream that could not be opened. It returns what Run would.
func (f *Fanout) End(err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !isEnd(err) && !f.open() {
		err = ErrNoSinks // the stream was stopped for it, or broke when no sink was left
	}
	f.err = err
	f.changed.Broadcast()
	if isEnd(err) {
		return nil
	}
	return err
}

func (f *Fanout) pump(s Stream) error {
	for {
		if err := f.room(); err != nil {
			return err
		}
		c, err := s.Next()
		if err != nil {
			return err
		}
		f.publish(c)
	}
}

// Broken reports whether the stream ended by an error of its own.
func (f *Fanout) Broken() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err != nil && !isEnd(f.err) && !errors.Is(f.err, ErrNoSinks)
}

// room waits until less is held than the limit.
func (f *Fanout) room() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.open() && f.held >= f.limit {
		f.blocked.Add(1)
		f.changed.Wait()
		f.blocked.Add(-1)
	}
	if !f.open() {
		return ErrNoSinks
	}
	return nil
}

// open reports whether a sink is. f.mu is held.
func (f *Fanout) open() bool {
	return slices.ContainsFunc(f.sinks, func(s *Sink) bool { return !s.closed })
}

// publish gives a chunk to all open sinks.
func (f *Fanout) publish(c *chunked.Chunk) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held += int64(len(c.Bytes()))
	one := &shared{Chunk: c, users: 1} // this function
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

// drop ends one use of a chunk. f.mu is held.
func (f *Fanout) drop(c *shared) {
	if c.users--; c.users > 0 {
		return
	}
	f.held -= int64(len(c.Bytes()))
	c.Release()
	f.changed.Broadcast()
}

// isEnd reports whether err is the clean end of a stream. An io.EOF inside another error is not: that stream broke.
func isEnd(err error) bool {
	return err == io.EOF //nolint:errorlint // see above
}
