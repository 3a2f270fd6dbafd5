package chunked

import (
	"bytes"
	"context"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ecrmirror/internal/sleep"
	"ecrmirror/internal/transient"
)

// A timed source serves 256 KiB each time after some time, of the bubble's clock.
type timed struct {
	*blob
	latency, each time.Duration
}

func (s timed) fetch(ctx context.Context, off, n int64) (Body, error) {
	if err := sleep.For(ctx, s.latency); err != nil {
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
	if err := sleep.For(r.ctx, r.each); err != nil {
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
		r := NewReader(t.Context(), NewBudget(1<<30), int64(len(b.content)),
			func(ctx context.Context, off, n int64) (Body, error) {
				body, err := source.fetch(ctx, off, n)
				if off == slow {
					once.Do(func() {
						body = with(body, io.MultiReader(io.LimitReader(b.reader(off), delivered), untilDone{ctx}))
					})
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
			r := NewReader(t.Context(), NewBudget(1<<30), int64(len(b.content)),
				func(ctx context.Context, off, n int64) (Body, error) {
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
		r := NewReader(t.Context(), NewBudget(1<<30), int64(len(b.content)),
			func(ctx context.Context, off, n int64) (Body, error) {
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
		r := NewReader(t.Context(), NewBudget(1<<30), int64(len(b.content)),
			func(ctx context.Context, off, n int64) (Body, error) {
				if off == 20*256*kib {
					tries++
					<-ctx.Done()
					return Body{}, ctx.Err()
				}
				return source.fetch(ctx, off, n)
			}, timedOptions)
		got, err := read(r)
		r.Close()
		if err == nil || !transient.Is(err) || !bytes.Equal(got, b.content[:len(got)]) {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
		if tries < 7 || tries > 16 {
			t.Errorf("%d tries", tries)
		}
	})
}
