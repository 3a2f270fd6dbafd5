package chunked

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// errSlow says that a request was given up since it was slow beside others. Asking again for what
// is missing is likely to be faster, and is no failure of the server.
var errSlow = errors.New("slower than other requests")

// patienceTick is how often a request that is waited for is looked at.
const patienceTick = 100 * time.Millisecond

// A guardedBody is a body whose Read fails with [ErrStalled], or errSlow, where nothing arrives for
// too long. The clock runs only inside of Read: the reader may take its time.
type guardedBody struct {
	body   io.ReadCloser
	whole  bool
	atEOF  bool
	ctx    context.Context
	cancel context.CancelCauseFunc
	stall  time.Duration
	slow   func() time.Duration // when it is slow beside others; 0 if unknown
	// trickles judges so many bytes that were waited for so long: whether they were too few, and whether to
	// count anew.
	trickles func(n int64, waited time.Duration) (tooFew, anew bool)
	bytes    int64         // that were not judged yet
	waited   time.Duration // for them; both are of the goroutine that reads

	mu    sync.Mutex
	timer *time.Timer
	since time.Time // when the wait began that lasts; zero if there is none
}

func openGuarded(
	ctx context.Context, stall time.Duration, slow func() time.Duration,
	trickles func(int64, time.Duration) (tooFew, anew bool),
	open func(context.Context) (Body, error),
) (*guardedBody, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	g := &guardedBody{ctx: ctx, cancel: cancel, stall: stall, slow: slow, trickles: trickles}
	g.timer = time.AfterFunc(stall, g.look)
	g.wait()
	body, err := open(ctx)
	g.arrived()
	if err != nil {
		err = g.explain(err)
		cancel(nil)
		return nil, err
	}
	g.body, g.whole = body.ReadCloser, body.Whole
	return g, nil
}

func (g *guardedBody) Read(p []byte) (int, error) {
	begun := time.Now()
	g.wait()
	n, err := g.body.Read(p)
	g.arrived()
	g.bytes += int64(n)
	g.waited += time.Since(begun)
	tooFew, anew := g.trickles(g.bytes, g.waited)
	if anew {
		g.bytes, g.waited = 0, 0
	}
	if tooFew && err == nil {
		return n, errSlow
	}
	return n, g.explain(err)
}

// wait starts the clock.
func (g *guardedBody) wait() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.since = time.Now()
	g.timer.Reset(min(g.stall, patienceTick))
}

func (g *guardedBody) arrived() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.since = time.Time{}
	g.timer.Stop()
}

// look gives the request up if it has been waited for too long, and else looks again later.
func (g *guardedBody) look() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.since.IsZero() {
		return
	}
	waited := time.Since(g.since)
	if waited >= g.stall {
		g.cancel(fmt.Errorf("%w (%v)", ErrStalled, g.stall))
		return
	}
	if slow := g.slow(); slow > 0 && slow < g.stall && waited >= slow {
		g.cancel(errSlow)
		return
	}
	g.timer.Reset(min(g.stall-waited, patienceTick))
}

// explain tells a stall from what it looks like to the body, a cancelled context.
func (g *guardedBody) explain(err error) error {
	cause := context.Cause(g.ctx)
	if err != nil && (errors.Is(cause, ErrStalled) || errors.Is(cause, errSlow)) {
		return cause
	}
	return err
}

func (g *guardedBody) Close() {
	g.arrived()
	g.cancel(nil)
	g.body.Close()
}
