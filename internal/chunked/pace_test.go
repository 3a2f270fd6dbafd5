package chunked

import (
	"bytes"
	"context"
	"io"
	"math"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const kib = 1 << 10

// answer tells a pace that a request of 256 KiB was answered, beside as many others as it lets in.
func answer(p *Pace, latency, transfer time.Duration) {
	p.inFlight = int(math.Ceil(p.width))
	p.learn(256*kib, latency, transfer)
	p.inFlight = 0
}

func answers(p *Pace, n int, latency, transfer time.Duration) {
	for range n {
		answer(p, latency, transfer)
	}
}

const usual = 20 * time.Millisecond

func TestPaceFollowsWhatRequestsTake(t *testing.T) {
	for name, tt := range map[string]struct {
		then func(p *Pace)
		want func(width float64) bool
	}{
		"grows while they take the same": {
			func(p *Pace) { answers(p, 100, usual, usual) }, func(w float64) bool { return w == maxWidth },
		},
		"tolerates what is not much slower": {
			func(p *Pace) { answers(p, 100, usual, 2*usual) }, func(w float64) bool { return w == maxWidth },
		},
		"shrinks where they slow each other": {
			func(p *Pace) { answers(p, 50, 4*usual, 4*usual) }, func(w float64) bool { return w < firstWidth/2 },
		},
		"no lower than the floor": {
			func(p *Pace) { answers(p, 200, 100*usual, 100*usual) }, func(w float64) bool { return w < minWidth+0.1 },
		},
		"comes back": {func(p *Pace) {
			answers(p, 100, 100*usual, usual)
			answers(p, 200, usual, usual)
		}, func(w float64) bool { return w == maxWidth }},
		"takes the new usual for usual, slowly": {
			func(p *Pace) { answers(p, 5000, 10*usual, 10*usual) }, func(w float64) bool { return w > firstWidth },
		},
		"stays where nobody asks for more": {func(p *Pace) {
			for range 100 {
				p.learn(256*kib, usual, usual)
			}
		}, func(w float64) bool { return w == firstWidth }},
		"learns nothing of short ones": {func(p *Pace) {
			for range 100 {
				p.learn(255*kib, time.Minute, time.Minute)
			}
		}, func(w float64) bool { return w == firstWidth }},
		"halves when it is told to": {func(p *Pace) { p.slower() }, func(w float64) bool { return w == firstWidth/2 }},
		"is told so many times": {func(p *Pace) {
			for range 10 {
				p.slower()
			}
		}, func(w float64) bool { return w == minWidth }},
	} {
		p := NewPace()
		answer(p, usual, usual)
		p.width = firstWidth
		tt.then(p)
		if !tt.want(p.width) {
			t.Errorf("%s: width %.1f", name, p.width)
		}
	}
}

func TestPaceCountsAllReadersRequests(t *testing.T) {
	p := NewPace()
	for range firstWidth {
		if !p.begin(false) {
			t.Fatal("refused")
		}
	}
	if p.begin(false) {
		t.Error("more than the width")
	}
	if !p.begin(true) {
		t.Error("refused what a reader can't do without")
	}
	for range firstWidth + 1 {
		p.end()
	}
	if p.inFlight != 0 {
		t.Errorf("%d in flight", p.inFlight)
	}
}

func TestPaceIsPatient(t *testing.T) {
	p := NewPace()
	answers(p, patientSamples-1, usual, usual)
	if got := p.patience(256 * kib); got != 0 {
		t.Errorf("knows after %d requests: %v", patientSamples-1, got)
	}
	answer(p, usual, usual)
	if got := p.patience(256 * kib); got != 500*time.Millisecond {
		t.Errorf("%v where requests take %v", got, 2*usual)
	}
	answers(p, 100, 10*usual, 10*usual)
	if got := p.patience(256 * kib); got < 3100*time.Millisecond || got > 3300*time.Millisecond {
		t.Errorf("%v where requests take %v", got, 20*usual)
	}
	for range 100 { // all have become slow
		p.unanswered(10 * time.Second)
	}
	if got := p.patience(256 * kib); got < 75*time.Second || got > 90*time.Second {
		t.Errorf("%v where requests are given up after 10 s", got)
	}
	p.unanswered(time.Millisecond)
	if got := p.patience(256 * kib); got < 75*time.Second {
		t.Errorf("%v after one was given up at once", got)
	}
}

// Where chunks come as fast as this machine can take them, one stream reads the rest; where that is
// slow after all, chunks do.
func TestPlainStreamsAndBack(t *testing.T) {
	for name, tt := range map[string]struct {
		each  time.Duration // of a plain stream
		plain func(n int) bool
	}{
		"fast enough": {time.Millisecond, func(n int) bool { return n == 1 }},
		"too slow":    {20 * time.Millisecond, func(n int) bool { return n > 1 && n < 10 }},
	} {
		t.Run(name, func(t *testing.T) {
			byBoth(t, func(t *testing.T, read func(*Reader) ([]byte, error)) {
				b := newBlob(160*256*kib + 77)
				streams := 0
				budget := NewBudget(16 * 256 * kib)
				opts := timedOptions
				opts.Pace = NewPace()
				r := NewReader(t.Context(), budget, int64(len(b.content)),
					func(ctx context.Context, off, n int64) (Body, error) {
						source := timed{b, time.Millisecond, 0}
						if n > 256*kib {
							source.each = tt.each
							streams++
						}
						return source.fetch(ctx, off, n)
					}, opts)
				got, err := read(r)
				r.Close()
				if err != nil || !bytes.Equal(got, b.content) {
					t.Errorf("got %d bytes, %v", len(got), err)
				}
				if !tt.plain(streams) {
					t.Errorf("%d plain streams", streams)
				}
				if p := opts.Pace; p.inFlight != 0 || p.streams != 0 || budget.Held() != 0 || b.open() != 0 {
					t.Errorf("%d requests and %d streams counted, %d bytes held, %d bodies open",
						p.inFlight, p.streams, budget.Held(), b.open())
				}
			})
		})
	}
}

// Where enough is under way, a blob of few chunks is read by one stream, and a larger one by chunks all the same.
// Streams count as what is under way.
func TestFewChunksAreOneStreamWhereEnoughIsUnderWay(t *testing.T) {
	for _, c := range []struct {
		name              string
		inFlight, streams int
		size              int
		requests          int
	}{
		{"nothing under way", 0, 0, 800, 8},
		{"less than there is room for", 23, 0, 800, 8},
		{"chunks under way", firstWidth, 0, 800, 1},
		{"streams under way", 0, firstWidth, 800, 1},
		{"both", firstWidth / 2, firstWidth / 2, 101, 1},
		{"more chunks", firstWidth, 0, 801, 9},
	} {
		opts := quick
		opts.Pace = NewPace()
		opts.Pace.inFlight, opts.Pace.streams = c.inFlight, c.streams
		b := newBlob(c.size)
		got, err := readAll(t, b, NewBudget(10_000), b.fetch, opts)
		if err != nil || !bytes.Equal(got, b.content) || len(b.asked) != c.requests {
			t.Errorf("%s: %d bytes by %d requests, want %d; %v", c.name, len(got), len(b.asked), c.requests, err)
		}
		if p := opts.Pace; p.inFlight != c.inFlight || p.streams != c.streams {
			t.Errorf("%s: %d requests and %d streams are left", c.name, p.inFlight, p.streams)
		}
	}
}

// Each piece of a plain stream fills its buffer, though it is given up on the way: a buffer costs as
// much of the budget however little is in it.
func TestPlainStreamsFillTheirBuffers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 64 * 256 * kib
		b := newBlob(size)
		budget := NewBudget(size + 256*kib) // and not a byte more
		share := mustReserve(t, budget, size+256*kib)
		r := NewReader(t.Context(), budget, size, func(ctx context.Context, off, n int64) (Body, error) {
			source := timed{b, time.Millisecond, 0}
			if n > 256*kib {
				source.each = 20 * time.Millisecond
			}
			body, err := source.fetch(ctx, off, n)
			return with(body, oddReader{body}), err
		}, timedOptions)
		r.Adopt(share, nil)
		h := holder{r: r, most: 1000} // all of it
		if got, err := h.readAll(); err != nil || !bytes.Equal(got, b.content) {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
		r.Close()
	})
}

// An oddReader reads a bit less than it could.
type oddReader struct{ r io.Reader }

func (r oddReader) Read(p []byte) (int, error) { return r.r.Read(p[:min(len(p), 100_001)]) }

func TestThrottlingHalvesThePace(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		b := newBlob(1000)
		opts := quick
		opts.Pace = NewPace()
		var once sync.Once
		_, err := readAll(t, b, NewBudget(1000), func(ctx context.Context, off, n int64) (body Body, err error) {
			once.Do(func() { err = &StatusError{Status: status} })
			if err != nil {
				return Body{}, err
			}
			return b.fetch(ctx, off, n)
		}, opts)
		if err != nil || opts.Pace.width != firstWidth/2 || opts.Pace.inFlight != 0 {
			t.Errorf("%d: width %.0f, %d in flight, %v", status, opts.Pace.width, opts.Pace.inFlight, err)
		}
	}
}
