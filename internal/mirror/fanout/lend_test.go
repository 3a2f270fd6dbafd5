package fanout

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/mirror/stall"
)

// borrowAll takes a stream in parts, by Lend, or by Read where the size of parts is 0, until so many
// bytes, and returns what it got. A part is released once it is all there.
func borrowAll(s *Sink, part int, until int) ([]byte, error) {
	var got []byte
	var releases []func()
	release := func() {
		for _, r := range releases {
			r()
		}
		releases = nil
	}
	defer release()
	for left := part; len(got) < until; {
		if part == 0 {
			p := make([]byte, min(10_000, until-len(got)))
			n, err := s.Read(p)
			got = append(got, p[:n]...)
			if err != nil {
				return got, err
			}
			continue
		}
		data, free, err := s.Lend(left)
		if err != nil {
			return got, err
		}
		got = append(got, data...)
		releases = append(releases, free)
		if left -= len(data); left == 0 {
			release()
			left = part
		}
	}
	return got, nil
}

// Sinks that read and sinks that borrow parts, of a stream of either kind, with no more memory than
// one part needs, some closed on the way: all others get the stream, and nothing is held in the end.
func TestFanoutLendsInScarceMemory(t *testing.T) {
	for seed := range uint64(25) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		want := pattern(rnd.IntN(30) * 100_000)
		const chunk, largest = 64 << 10, 500_000
		budget := chunked.NewBudget(largest + 3*chunked.SequentialSize)
		share, err := budget.Reserve(t.Context(), largest+3*chunked.SequentialSize)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		source := sequential(ctx, bytes.NewReader(want), share)
		if rnd.IntN(2) == 0 {
			fetch := func(_ context.Context, off, n int64) (chunked.Body, error) {
				return chunked.Body{ReadCloser: io.NopCloser(bytes.NewReader(want[off : off+n]))}, nil
			}
			r := chunked.NewReader(t.Context(), budget, int64(len(want)), fetch, chunked.Options{ChunkSize: chunk})
			defer r.Close()
			r.Adopt(share, nil)
			source = r
		}
		f := New(2*largest, new(atomic.Int64), func() { cancel(ErrNoSinks) })
		var wg sync.WaitGroup
		for i := range 1 + rnd.IntN(5) {
			s := add(f, never, func() { t.Error("stalled") })
			part, until := rnd.IntN(2)*(1+rnd.IntN(largest)), len(want)+1
			if i > 0 && rnd.IntN(3) == 0 {
				until = rnd.IntN(len(want) + 1)
			}
			wg.Go(func() {
				defer s.Close()
				got, err := borrowAll(s, part, until)
				if !bytes.HasPrefix(want, got) || until > len(want) && (err != io.EOF || len(got) != len(want)) {
					t.Errorf("seed %d: sink %d got %d of %d bytes, %v", seed, i, len(got), len(want), err)
				}
			})
		}
		if err := f.Run(source); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		wg.Wait()
		share.Leave()
		cancel(nil)
		if f.held != 0 || budget.Held() != 0 {
			t.Errorf("seed %d: %d bytes held, %d of the budget", seed, f.held, budget.Held())
		}
	}
}

// What is lent stays as it is though its sink, and all others, are closed and the stream has ended.
func TestLentPiecesOutliveTheirSink(t *testing.T) {
	want := pattern(3 * chunked.SequentialSize)
	f := fanoutOf(t, func() {})
	s := add(f, never, func() {})
	ended := make(chan error, 1)
	go func() { ended <- f.Run(streamOf(bytes.NewReader(want))) }()
	data, release, err := s.Lend(1 << 30)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	s.Close()
	if err := <-ended; err != nil && !errors.Is(err, ErrNoSinks) {
		t.Error(err)
	}
	if !bytes.Equal(data, want[:len(data)]) || f.held != int64(len(data)) {
		t.Errorf("%d bytes lent, %d held", len(data), f.held)
	}
	if _, _, err := s.Lend(1); !errors.Is(err, stall.ErrStalled) {
		t.Errorf("a closed sink lends: %v", err)
	}
	release()
	release() // again does no harm
}

func BenchmarkFanout(b *testing.B) {
	const size = 64 << 20
	b.Run("1 sink reads", func(b *testing.B) { benchmarkFanout(b, size, 1, 0) })
	b.Run("4 sinks read", func(b *testing.B) { benchmarkFanout(b, size, 4, 0) })
	b.Run("1 sink borrows", func(b *testing.B) { benchmarkFanout(b, size, 1, 10<<20) })
	b.Run("4 sinks borrow", func(b *testing.B) { benchmarkFanout(b, size, 4, 10<<20) })
}

// benchmarkFanout moves a blob from memory to sinks, without looking at its digest.
func benchmarkFanout(b *testing.B, size int64, sinks, part int) {
	want := make([]byte, size)
	budget := chunked.NewBudget(64 << 20)
	fetch := func(_ context.Context, off, n int64) (chunked.Body, error) {
		return chunked.Body{ReadCloser: io.NopCloser(bytes.NewReader(want[off : off+n]))}, nil
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		share, err := budget.Reserve(b.Context(), int64(part)+2<<20)
		if err != nil {
			b.Fatal(err)
		}
		r := chunked.NewReader(b.Context(), budget, size, fetch, chunked.Options{})
		r.Adopt(share, nil)
		f := New(24<<20, new(atomic.Int64), func() {})
		var wg sync.WaitGroup
		for range sinks {
			s := add(f, never, func() {})
			wg.Go(func() {
				defer s.Close()
				if n, err := takeAll(s, part); n != size || err != nil {
					b.Error(n, err)
				}
			})
		}
		if err := f.Run(r); err != nil {
			b.Fatal(err)
		}
		wg.Wait()
		r.Close()
		share.Leave()
	}
}

// takeAll takes a stream to its end, as borrowAll does, and keeps nothing.
func takeAll(s *Sink, part int) (n int64, err error) {
	if part == 0 {
		return io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{s}, make([]byte, 32<<10))
	}
	var releases []func()
	for left := part; ; {
		data, release, err := s.Lend(left)
		if err == nil {
			n += int64(len(data))
			left -= len(data)
			releases = append(releases, release)
		}
		if left == 0 || err != nil {
			for _, r := range releases {
				r()
			}
			releases, left = releases[:0], part
		}
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}
