package chunked

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestReaderIsAProperReader(t *testing.T) {
	checkLeaks(t)
	for _, size := range []int{0, 1, 99, 100, 101, 200, 1000, 1234} {
		for _, budget := range []int64{0, 100, 250, 100000} {
			for _, probe := range []bool{false, true} {
				t.Run(fmt.Sprintf("%d bytes, budget %d, probe %v", size, budget, probe), func(t *testing.T) {
					opts := quick
					opts.Probe = probe
					b := newBlob(size)
					r := NewReader(t.Context(), NewBudget(budget), int64(size), b.fetch, opts)
					defer r.Close()
					if err := iotest.TestReader(r, b.content); err != nil {
						t.Error(err)
					}
				})
			}
		}
	}
}

func TestReaderDeliversAtEveryStepSize(t *testing.T) {
	b := newBlob(1234)
	for _, step := range []int{1, 2, 3, 7, 50, 99, 100, 101, 128, 199, 200, 201, 1233, 1234, 5000} {
		for _, budget := range []int64{0, 100, 300, 10000} {
			r := NewReader(t.Context(), NewBudget(budget), 1234, b.fetch, quick)
			var got []byte
			p := make([]byte, step)
			for {
				n, err := r.Read(p)
				got = append(got, p[:n]...)
				if err != nil {
					if err != io.EOF {
						t.Error(err)
					}
					break
				}
				if n == 0 {
					t.Fatal("read of nothing without an error")
				}
			}
			r.Close()
			if !bytes.Equal(got, b.content) {
				t.Errorf("step %d, budget %d: %d bytes, not those of the blob", step, budget, len(got))
			}
		}
	}
}

func TestReaderAsksOnceForSmallBlobs(t *testing.T) {
	b := newBlob(100)
	if _, err := readAll(t, b, NewBudget(1000), b.fetch, quick); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][2]int64{{0, 100}}, b.asked); diff != "" {
		t.Error(diff)
	}
}

func TestReaderAsksForNothingBeforeItIsRead(t *testing.T) {
	b := newBlob(1000)
	budget := NewBudget(1000)
	r := NewReader(t.Context(), budget, 1000, b.fetch, quick)
	r.Close()
	if b.requests() != 0 || budget.Held() != 0 {
		t.Errorf("%d requests, %d bytes held", b.requests(), budget.Held())
	}
}

func TestReaderAsksForEachByteOnce(t *testing.T) {
	for _, budget := range []int64{0, 100, 300, 10000} {
		b := newBlob(1234)
		if _, err := readAll(t, b, NewBudget(budget), b.fetch, quick); err != nil {
			t.Fatal(err)
		}
		var sum int64
		for _, r := range b.asked {
			sum += r[1]
		}
		if sum != 1234 || len(b.asked) != 13 {
			t.Errorf("budget %d: asked for %d bytes in %d requests, want 1234 in 13", budget, sum, len(b.asked))
		}
	}
}

func TestReaderStaysInsideItsLimits(t *testing.T) {
	b := newBlob(5000)
	budget := NewBudget(450)
	var now, most atomic.Int64
	r := NewReader(t.Context(), budget, 5000, func(ctx context.Context, off, n int64) (Body, error) {
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		if held := budget.Held(); held > 450 {
			t.Errorf("%d bytes held of 450", held)
		}
		return b.fetch(ctx, off, n)
	}, quick)
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, b.content) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	if most.Load() > 5 {
		t.Errorf("%d requests at one time", most.Load())
	}
}

// Faults at and around every boundary of chunks.
func TestReaderOutlivesFaults(t *testing.T) {
	checkLeaks(t)
	for _, at := range []int64{0, 1, 50, 99, 100, 101, 150, 199, 200, 350, 399, 450, 498} {
		for name, fault := range map[string]error{"reset": errFault, "short": io.EOF} {
			for _, budget := range []int64{0, 100, 10000} {
				t.Run(fmt.Sprintf("%s at %d, budget %d", name, at, budget), func(t *testing.T) {
					b := newBlob(499)
					var once sync.Once
					got, err := readAll(t, b, NewBudget(budget), func(ctx context.Context, off, n int64) (Body, error) {
						body, err := b.fetch(ctx, off, n)
						if off <= at && at < off+n {
							once.Do(func() { body = with(body, cut(body, at-off, fault)) })
						}
						return body, err
					}, quick)
					if err != nil || !bytes.Equal(got, b.content) {
						t.Errorf("got %d bytes, %v", len(got), err)
					}
				})
			}
		}
	}
}

// What fails together with a range's last byte does no harm: all bytes are there.
func TestReaderForgivesFaultsAfterTheLastByte(t *testing.T) {
	for _, fault := range []error{io.EOF, io.ErrUnexpectedEOF, errFault} {
		for _, budget := range []int64{0, 100, 10000} {
			b := newBlob(499)
			got, err := readAll(t, b, NewBudget(budget), func(ctx context.Context, off, n int64) (Body, error) {
				body, err := b.fetch(ctx, off, n)
				return with(body, iotest.DataErrReader(cut(body, n, fault))), err
			}, quick)
			if err != nil || !bytes.Equal(got, b.content) {
				t.Errorf("%v, budget %d: got %d bytes, %v", fault, budget, len(got), err)
			}
		}
	}
}

func TestReaderReportsWhatItCannotHave(t *testing.T) {
	checkLeaks(t)
	for _, tt := range []struct {
		name     string
		fail     func(Body, int64) (Body, error)
		want     error
		attempts int // of the chunk that fails
	}{
		{"refused", func(b Body, _ int64) (Body, error) { b.Close(); return Body{}, errFault }, errFault, 3},
		{
			"refused for good", func(b Body, _ int64) (Body, error) { b.Close(); return Body{}, Permanent(errFault) },
			errFault, 1,
		},
		{"always reset", func(b Body, _ int64) (Body, error) { return with(b, cut(b, 0, errFault)), nil }, errFault, 3},
		{
			"resets after each byte", func(b Body, _ int64) (Body, error) { return with(b, cut(b, 1, errFault)), nil },
			errFault, 3,
		},
		{
			"always short", func(b Body, _ int64) (Body, error) { return with(b, cut(b, 0, io.EOF)), nil },
			io.ErrUnexpectedEOF, 3,
		},
		{"too long", func(b Body, _ int64) (Body, error) {
			return with(b, io.MultiReader(b, strings.NewReader("more"))), nil
		}, ErrTooLong, 1},
	} {
		for _, budget := range []int64{0, 100, 10000} {
			t.Run(fmt.Sprintf("%s, budget %d", tt.name, budget), func(t *testing.T) {
				b := newBlob(1000)
				var attempts atomic.Int32
				got, err := readAll(t, b, NewBudget(budget), func(ctx context.Context, off, n int64) (Body, error) {
					body, err := b.fetch(ctx, off, n)
					if off+n <= 300 || off >= 400 {
						return body, err
					}
					attempts.Add(1)
					return tt.fail(body, n)
				}, quick)
				if !errors.Is(err, tt.want) {
					t.Errorf("got error %v, want %v", err, tt.want)
				}
				if !bytes.Equal(got, b.content[:len(got)]) || len(got) < 300 || len(got) > 400 {
					t.Errorf("got %d bytes before the error", len(got))
				}
				if int(attempts.Load()) != tt.attempts {
					t.Errorf("%d attempts, want %d", attempts.Load(), tt.attempts)
				}
			})
		}
	}
}
