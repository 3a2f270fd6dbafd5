// Package progress tells people and programs how a copy goes while it goes: by bars on
// a terminal, by a few lines in a log, or by JSON lines.
//
// A [Reporter] is told what happens and writes about it from a goroutine of its own, a
// few times a second at most, so that a slow or broken output does not hold up the copy.
package progress

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"
)

// A Reporter writes how a copy goes. Its methods are safe for concurrent use and return
// at once; only Close waits for the output. Errors of the output are ignored.
type Reporter struct {
	view view // nil if nothing is to be written
	// interrupted reports whether the copy was stopped.
	interrupted func() bool

	stop func()
	done chan struct{} // closed when nothing more is written

	mu     sync.Mutex
	tally  tally
	events []event // that the view has not seen yet
}

// New returns a Reporter that writes to w in the given mode. The environment decides
// together with w what [Auto] means. What fails once ctx, that of the copy, has ended is told as
// interrupted. The caller closes the Reporter.
func New(ctx context.Context, mode Mode, w io.Writer, getenv func(string) string) *Reporter {
	return start(ctx, viewOf(mode, w, getenv))
}

func start(ctx context.Context, v view) *Reporter {
	r := &Reporter{
		view: v, interrupted: func() bool { return ctx.Err() != nil }, stop: func() {}, done: make(chan struct{}),
	}
	if v == nil {
		close(r.done)
		return r
	}
	stopped := make(chan struct{})
	r.stop = sync.OnceFunc(func() { close(stopped) })
	go r.run(stopped)
	return r
}

// Close writes what is left to say and ends the writing. It may be called again.
func (r *Reporter) Close() {
	r.stop()
	<-r.done
}

func (r *Reporter) run(stopped <-chan struct{}) {
	defer close(r.done)
	ticker := time.NewTicker(r.view.interval())
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			r.view.show(r.take())
		case <-stopped:
			r.view.close(r.take())
			return
		}
	}
}

// take returns the events that the view has not seen, and how things are.
func (r *Reporter) take() ([]event, snapshot) {
	r.mu.Lock()
	defer r.mu.Unlock()
	events := r.events
	r.events = nil
	now := r.tally.snapshot(time.Now())
	now.interrupted = r.interrupted()
	return events, now
}

// note applies what happened to the tally and keeps the event that comes of it.
func (r *Reporter) note(happened func(t *tally, now time.Time) event) {
	if r.view == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	e := happened(&r.tally, now)
	e.at = now
	r.events = append(r.events, e)
}

// Image says what is to be copied: how many manifests and blobs to how many destinations, and
// the bytes of the blobs that at least one of them may lack. Told again, of another image, it adds to the totals.
func (r *Reporter) Image(source string, destinations, manifests, blobs int, size int64) {
	r.note(func(t *tally, now time.Time) event {
		t.image(now, blobs, size)
		return event{
			kind: imageKnown, source: source, destinations: destinations, manifests: manifests, blobs: blobs,
			size: size,
		}
	})
}

// BlobStarted says that a blob of size bytes, -1 if unknown, begins to move to so many
// destinations. A blob that was done before starts anew.
func (r *Reporter) BlobStarted(d digest.Digest, size int64, destinations int) {
	r.note(func(t *tally, now time.Time) event {
		t.blobStarted(now, d, size)
		return event{kind: blobStarted, digest: d, size: size, destinations: destinations}
	})
}

// BlobRead says that n more bytes of the blob were read from the source.
func (r *Reporter) BlobRead(d digest.Digest, n int64) {
	if r.view == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tally.blobRead(d, n)
}

// BlobDone says that the blob is at all destinations, or that it failed with err. For a blob that no destination
// lacked, and which was never started, size is what the total of [Reporter.Image] shrinks by, in bytes.
func (r *Reporter) BlobDone(d digest.Digest, size int64, err error) {
	r.note(func(t *tally, now time.Time) event {
		e := event{kind: blobDone, digest: d, size: size, err: err, interrupted: err != nil && r.interrupted()}
		if b := t.blobDone(d, size, err, e.interrupted); b != nil {
			e.moved, e.bytes, e.size, e.elapsed = true, b.read, b.size, now.Sub(b.started)
		}
		return e
	})
}

// SetAside says that a destination held up faster ones, and gets its blobs apart from them from now on.
func (r *Reporter) SetAside(destination string) {
	r.note(func(*tally, time.Time) event {
		return event{kind: destinationSetAside, destination: destination}
	})
}

// Manifest says that a manifest arrived at a destination.
func (r *Reporter) Manifest(destination string, d digest.Digest) {
	r.note(func(*tally, time.Time) event {
		return event{kind: manifestDone, destination: destination, digest: d}
	})
}

// Done says that a destination is complete, or failed by err.
func (r *Reporter) Done(destination string, err error) {
	r.note(func(*tally, time.Time) event {
		interrupted := err != nil && r.interrupted()
		return event{kind: destinationDone, destination: destination, err: err, interrupted: interrupted}
	})
}
