package slowregistry

import (
	"context"
	"io"
	"sync"
	"time"

	"ecrmirror/testkit/pause"
)

// catchUp is how much a connection may send at once after it was held up: what the
// buffers of a real connection even out.
const catchUp = 4 * pieceSize

// A pacer decides when the next bytes of a connection are due. It never looks at the clock itself.
type pacer struct {
	rate int64 // bytes a second
	next time.Time
}

// due returns when n bytes have gone over the line, if they are handed to it at now.
func (p *pacer) due(now time.Time, n int) time.Time {
	if earliest := now.Add(-p.duration(catchUp)); p.next.Before(earliest) {
		p.next = earliest
	}
	p.next = p.next.Add(p.duration(n))
	return p.next
}

func (p *pacer) duration(n int) time.Duration {
	return time.Duration(float64(n) / float64(p.rate) * float64(time.Second))
}

// A sharedPacer paces all connections together. It is safe for concurrent use.
type sharedPacer struct {
	mu    sync.Mutex
	pacer pacer
}

func newSharedPacer(rate int64) *sharedPacer { return &sharedPacer{pacer: pacer{rate: rate}} }

func (p *sharedPacer) due(now time.Time, n int) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pacer.due(now, n)
}

// send writes the span at the rates allowed, as if its first byte were due at begin,
// and returns how many bytes went out.
func (s *Server) send(ctx context.Context, w io.Writer, b blob, span span, begin time.Time) int64 {
	line := pacer{rate: s.opts.Rate, next: begin}
	off := span.off
	for off < span.end {
		piece := b.at(off)
		piece = piece[:min(int64(len(piece)), span.end-off)]
		due := time.Time{}
		if s.opts.Rate > 0 {
			due = line.due(time.Now(), len(piece))
		}
		if s.total != nil {
			if all := s.total.due(time.Now(), len(piece)); all.After(due) {
				due = all
			}
		}
		if !pause.Until(ctx, due) || !s.stall(ctx, span, off) {
			break
		}
		n, err := w.Write(piece)
		off += int64(n)
		s.sent.Add(int64(n))
		if err != nil {
			break
		}
	}
	return off - span.off
}

// Stalled reports whether a reply has been made to stall.
func (s *Server) Stalled() bool { return s.stalled.Load() }

// stall waits if this is the reply, and its middle, where the server is to stall. It
// returns false if ctx ended meanwhile.
func (s *Server) stall(ctx context.Context, span span, off int64) bool {
	size := span.end - span.off
	if s.opts.Stall.For == 0 || size < stallAtLeast || off-span.off < size/2 || s.sent.Load() < s.opts.Stall.After {
		return true
	}
	if !s.stalled.CompareAndSwap(false, true) {
		return true
	}
	return pause.For(ctx, s.opts.Stall.For)
}
