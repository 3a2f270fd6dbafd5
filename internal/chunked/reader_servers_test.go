package chunked

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestReaderKeepsItsError(t *testing.T) {
	r := NewReader(t.Context(), NewBudget(1000), 1000, func(context.Context, int64, int64) (Body, error) {
		return Body{}, Permanent(errFault)
	}, quick)
	defer r.Close()
	for range 3 {
		if n, err := r.Read(make([]byte, 10)); n != 0 || !errors.Is(err, errFault) || !IsPermanent(err) {
			t.Errorf("got %d, %v", n, err)
		}
	}
}

func TestReaderTakesTheWholeBlobFromServersWithoutRanges(t *testing.T) {
	checkLeaks(t)
	for _, budget := range []int64{0, 100, 10000} {
		for _, probe := range []bool{false, true} {
			b := newBlob(1000)
			b.whole = true
			opts := quick
			opts.Probe = probe
			got, err := readAll(t, b, NewBudget(budget), b.fetch, opts)
			if err != nil || !bytes.Equal(got, b.content) {
				t.Errorf("budget %d, probe %v: got %d bytes, %v", budget, probe, len(got), err)
			}
			if n := b.requests(); probe && n != 1 || n > opts.Parallelism {
				t.Errorf("budget %d, probe %v: %d requests", budget, probe, n)
			}
		}
	}
}

func TestReaderCopesWithAServerThatStopsHonouringRanges(t *testing.T) {
	checkLeaks(t)
	for _, from := range []int64{1, 100, 300, 900} {
		for _, budget := range []int64{0, 100, 10000} {
			b := newBlob(1000)
			got, err := readAll(t, b, NewBudget(budget), func(ctx context.Context, off, n int64) (Body, error) {
				if off < from {
					return b.fetch(ctx, off, n)
				}
				body, err := b.fetch(ctx, 0, 1000)
				body.Whole = true
				return body, err
			}, quick)
			if err != nil || !bytes.Equal(got, b.content) {
				t.Errorf("from %d, budget %d: got %d bytes, %v", from, budget, len(got), err)
			}
		}
	}
}

func TestReaderResumesAWholeBlobThatBreaksOff(t *testing.T) {
	checkLeaks(t)
	b := newBlob(1000)
	b.whole = true
	var requests atomic.Int32
	got, err := readAll(t, b, NewBudget(1000), func(ctx context.Context, off, n int64) (Body, error) {
		body, err := b.fetch(ctx, off, n)
		return with(body, cut(body, int64(requests.Add(1))*450, errFault)), err
	}, Options{ChunkSize: 100, Parallelism: 1, Attempts: 3, Backoff: time.Millisecond})
	if err != nil || !bytes.Equal(got, b.content) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}

func TestReaderMakesAStalledRequestAnew(t *testing.T) {
	checkLeaks(t)
	for _, budget := range []int64{0, 10000} {
		b := newBlob(1000)
		var once sync.Once
		opts := quick
		opts.Stall = 10 * time.Millisecond
		got, err := readAll(t, b, NewBudget(budget), func(ctx context.Context, off, n int64) (Body, error) {
			body, err := b.fetch(ctx, off, n)
			if off == 300 {
				once.Do(func() { body = with(body, io.MultiReader(io.LimitReader(body, 50), untilDone{ctx})) })
			}
			return body, err
		}, opts)
		if err != nil || !bytes.Equal(got, b.content) {
			t.Errorf("budget %d: got %d bytes, %v", budget, len(got), err)
		}
	}
}

// untilDone delivers nothing until its context is done.
type untilDone struct{ ctx context.Context }

func (u untilDone) Read([]byte) (int, error) {
	<-u.ctx.Done()
	return 0, u.ctx.Err()
}

func TestReaderStopsWithItsContext(t *testing.T) {
	checkLeaks(t)
	for _, budget := range []int64{0, 10000} {
		ctx, cancel := context.WithCancelCause(t.Context())
		b := newBlob(1000)
		shared := NewBudget(budget)
		r := NewReader(ctx, shared, 1000, func(ctx context.Context, off, n int64) (Body, error) {
			body, err := b.fetch(ctx, off, n)
			if off >= 300 {
				cancel(errFault)
				body = with(body, untilDone{ctx})
			}
			return body, err
		}, quick)
		if _, err := io.ReadAll(r); !errors.Is(err, errFault) {
			t.Errorf("got %v, want the context's cause", err)
		}
		if shared.Held() != 0 || b.open() != 0 {
			t.Errorf("%d bytes held, %d bodies open", shared.Held(), b.open())
		}
		r.Close()
	}
}

// Close at a moment of every kind: before, while and after Read, with chunks in flight and waiting.
func TestReaderClosesAtAnyMoment(t *testing.T) {
	checkLeaks(t)
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		b := newBlob(2000)
		budget := NewBudget(rnd.Int64N(1000))
		moment, stuck := rnd.Int64N(2000), rnd.IntN(2) == 0
		closing := make(chan struct{})
		var once sync.Once
		r := NewReader(t.Context(), budget, 2000, func(ctx context.Context, off, n int64) (Body, error) {
			body, err := b.fetch(ctx, off, n)
			if off <= moment && moment < off+n {
				once.Do(func() { close(closing) })
				if stuck {
					body = with(body, untilDone{ctx})
				}
			}
			return body, err
		}, quick)
		var wg sync.WaitGroup
		wg.Go(func() {
			<-closing
			r.Close()
			if budget.Held() != 0 || b.open() != 0 {
				t.Errorf("seed %d: %d bytes held, %d bodies open after Close", seed, budget.Held(), b.open())
			}
		})
		if _, err := io.ReadAll(r); err != nil && !errors.Is(err, ErrClosed) || err == nil && stuck {
			t.Errorf("seed %d: %v", seed, err)
		}
		wg.Wait()
		if _, err := r.Read(make([]byte, 1)); !errors.Is(err, ErrClosed) {
			t.Errorf("seed %d: read after Close: %v", seed, err)
		}
	}
}

// Each request that stalls is followed by one with twice the time, until they had as long as all attempts
// would have.
func TestReaderAsksASlowServerFewerTimes(t *testing.T) {
	checkLeaks(t)
	for attempts, want := range map[int]int32{1: 1, 3: 2, 6: 3, 7: 3, 8: 4} {
		b := newBlob(50)
		var requests atomic.Int32
		opts := quick
		opts.Stall, opts.Attempts = 10*time.Millisecond, attempts
		_, err := readAll(t, b, NewBudget(1000), func(ctx context.Context, _, _ int64) (Body, error) {
			requests.Add(1)
			<-ctx.Done()
			return Body{}, ctx.Err()
		}, opts)
		if !errors.Is(err, ErrStalled) || requests.Load() != want {
			t.Errorf("%d attempts: %d requests, want %d: %v", attempts, requests.Load(), want, err)
		}
	}
}
