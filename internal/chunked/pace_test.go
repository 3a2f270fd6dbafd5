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
		"grows while they take the same":     {func(p *Pace) { answers(p, 100, usual, usual) }, func(w float64) bool { return w == maxWidth }},
		"tolerates what is not much slower":  {func(p *Pace) { answers(p, 100, usual, 2*usual) }, func(w float64) bool { return w == maxWidth }},
		"shrinks where they slow each other": {func(p *Pace) { answers(p, 50, 4*usual, 4*usual) }, func(w float64) bool { return w < firstWidth/2 }},
		"no lower than the floor":            {func(p *Pace) { answers(p, 200, 100*usual, 100*usual) }, func(w float64) bool { return w < minWidth+0.1 }},
		"comes back": {func(p *Pace) {
			answers(p, 100, 100*usual, usual)
			answers(p, 200, usual, usual)
		}, func(w float64) bool { return w == maxWidth }},
		"takes the new usual for usual, slowly": {func(p *Pace) { answers(p, 5000, 10*usual, 10*usual) }, func(w float64) bool { return w > firstWidth }},
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

// after waits, as time.Sleep does, but no longer than the context lasts.
func after(ctx context.Context, d time.Duration) error { return Sleep(ctx, d) }

// A timed source serves 256 KiB each time after some time, of the bubble's clock.
type timed struct {
	*blob
	latency, each time.Duration
}

func (s timed) fetch(ctx context.Context, off, n int64) (Body, error) {
	if err := after(ctx, s.latency); err != nil {
		return Body{}, err
	}
	body, err := s.blob.fetch(ctx, off, n)
	return with(body, timedReader{ctx, body, s.each}), err
}

type timedReader struct {
	ctx  context.Context
	r    io.Reader
	each time.Duration
}

func (r timedReader) Read(p []byte) (int, error) {
	if err := after(r.ctx, r.each); err != nil {
		return 0, err
	}
	return io.ReadFull(r.r, p[:min(len(p), 256*kib)])
}

var timedOptions = Options{ChunkSize: 256 * kib, Parallelism: 4, Backoff: time.Millisecond}

// byBoth reads a blob by Read and by Next, each in a bubble of its own.
func byBoth(t *testing.T, test func(t *testing.T, read func(r *Reader) ([]byte, error))) {
	for name, read := range map[string]func(r *Reader) ([]byte, error){
		"Read": func(r *Reader) ([]byte, error) { return io.ReadAll(r) },
		"Next": func(r *Reader) ([]byte, error) { return (&holder{r: r, most: 3}).readAll() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, read) })
		})
	}
}

// A request that is slow beside others is made again at once, for what is missing and no more.
func TestSlowRequestIsAskedAgain(t *testing.T) {
	byBoth(t, func(t *testing.T, read func(*Reader) ([]byte, error)) {
		b := newBlob(32 * 256 * kib)
		source := timed{b, usual, usual}
		const slow, delivered = 20 * 256 * kib, 100 * kib
		var once sync.Once
		begun := time.Now()
		r := NewReader(t.Context(), NewBudget(1<<30), int64(len(b.content)), func(ctx context.Context, off, n int64) (Body, error) {
			body, err := source.fetch(ctx, off, n)
			if off == slow {
				once.Do(func() { body = with(body, io.MultiReader(io.LimitReader(b.reader(off), delivered), untilDone{ctx})) })
			}
			return body, err
		}, timedOptions)
		got, err := read(r)
		r.Close()
		if err != nil || !bytes.Equal(got, b.content) {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
		if n := b.requests(); n != 33 {
			t.Errorf("%d requests for 32 chunks", n)
		}
		var again int
		for _, a := range b.asked {
			if a == [2]int64{slow + delivered, 256*kib - delivered} {
				again++
			}
		}
		if again != 1 {
			t.Errorf("what was missing was asked for %d times: %v", again, b.asked)
		}
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// Blobs of a single chunk each are held against each other.
func TestSlowRequestForASmallBlobIsAskedAgain(t *testing.T) {
	byBoth(t, func(t *testing.T, read func(*Reader) ([]byte, error)) {
		opts := timedOptions
		opts.Pace = NewPace()
		begun := time.Now()
		for i := range 12 {
			b := newBlob(256 * kib)
			source := timed{b, usual, usual}
			r := NewReader(t.Context(), NewBudget(1<<30), int64(len(b.content)), func(ctx context.Context, off, n int64) (Body, error) {
				body, err := source.fetch(ctx, off, n)
				if i == 10 && b.requests() == 1 {
					body = with(body, io.MultiReader(io.LimitReader(b.reader(off), kib), untilDone{ctx}))
				}
				return body, err
			}, opts)
			got, err := read(r)
			r.Close()
			if err != nil || !bytes.Equal(got, b.content) {
				t.Errorf("blob %d: got %d bytes, %v", i, len(got), err)
			}
		}
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func (b *blob) reader(off int64) io.Reader { return bytes.NewReader(b.content[off:]) }

// Where all requests become slow for good, that is learned, and they are waited for.
func TestAllRequestsMayBecomeSlow(t *testing.T) {
	byBoth(t, func(t *testing.T, read func(*Reader) ([]byte, error)) {
		b := newBlob(160 * 256 * kib)
		var mu sync.Mutex
		asked := map[int64]int{}
		r := NewReader(t.Context(), NewBudget(1<<30), int64(len(b.content)), func(ctx context.Context, off, n int64) (Body, error) {
			mu.Lock()
			asked[off]++
			mu.Unlock()
			source := timed{b, usual, usual}
			if off >= 20*256*kib {
				source.latency = 3 * time.Second
			}
			return source.fetch(ctx, off, n)
		}, timedOptions)
		got, err := read(r)
		r.Close()
		if err != nil || !bytes.Equal(got, b.content) {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
		late := 0
		for off := int64(120); off < 160; off++ {
			late += asked[off*256*kib]
		}
		if late != 40 {
			t.Errorf("%d requests for the last 40 chunks", late)
		}
	})
}

// A server that never answers one request is waited for a bounded number of times, and then that is
// the error.
func TestSlownessHasABound(t *testing.T) {
	byBoth(t, func(t *testing.T, read func(*Reader) ([]byte, error)) {
		b := newBlob(32 * 256 * kib)
		source := timed{b, usual, usual}
		tries := 0
		r := NewReader(t.Context(), NewBudget(1<<30), int64(len(b.content)), func(ctx context.Context, off, n int64) (Body, error) {
			if off == 20*256*kib {
				tries++
				<-ctx.Done()
				return Body{}, ctx.Err()
			}
			return source.fetch(ctx, off, n)
		}, timedOptions)
		got, err := read(r)
		r.Close()
		if err == nil || !Transient(err) || !bytes.Equal(got, b.content[:len(got)]) {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
		if tries < 7 || tries > 16 {
			t.Errorf("%d tries", tries)
		}
	})
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
				r := NewReader(t.Context(), budget, int64(len(b.content)), func(ctx context.Context, off, n int64) (Body, error) {
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
		r.Adopt(share)
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
