package chunked

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ecrmirror/internal/sleep"
	"ecrmirror/internal/transient"
)

// A dripping body gives one piece, then waits, and so on.
type dripping struct {
	ctx   context.Context
	left  int64
	piece int64
	every time.Duration
}

func (d *dripping) Read(p []byte) (int, error) {
	if d.left == 0 {
		return 0, io.EOF
	}
	if err := sleep.For(d.ctx, d.every); err != nil {
		return 0, err
	}
	n := min(int64(len(p)), d.left, d.piece)
	clear(p[:n])
	d.left -= n
	return int(n), nil
}

func (d *dripping) Close() error { return nil }

// A source that never stops and never gets on is given up; what arrives by many slow requests is not, and a slow
// request among fast ones is made anew.
func TestLeastRate(t *testing.T) {
	const mib = 1 << 20
	for _, tt := range []struct {
		name   string
		size   int64
		whole  bool
		first  func(request int64) dripping // by the number of the request, from 0
		fails  bool
		within time.Duration
	}{
		{
			"all trickle", 64 * mib, false, func(int64) dripping { return dripping{piece: 100, every: 10 * time.Second} },
			true, 21 * time.Minute,
		},
		{
			"a single chunk trickles", 100_000, false,
			func(int64) dripping { return dripping{piece: 100, every: 10 * time.Second} }, true, 21 * time.Minute,
		},
		{
			"no ranges, and a trickle", 64 * mib, true,
			func(int64) dripping { return dripping{piece: 100, every: 10 * time.Second} }, true, 21 * time.Minute,
		},
		{"many slow requests", 64 * mib, false, func(int64) dripping {
			return dripping{piece: 10_000, every: time.Second}
		}, false, 10 * time.Minute},
		{
			"no ranges, just fast enough", 64 * mib, true,
			func(int64) dripping { return dripping{piece: 8_000, every: 200 * time.Millisecond} }, false, time.Hour,
		},
		{"one request in ten trickles", 64 * mib, false, func(request int64) dripping {
			if request%10 == 3 {
				return dripping{piece: 100, every: 10 * time.Second}
			}
			return dripping{piece: 100_000, every: 100 * time.Millisecond}
		}, false, 4 * time.Minute},
		{"the first of a single chunk trickles", 900_000, false, func(request int64) dripping {
			if request == 0 {
				return dripping{piece: 100, every: 10 * time.Second}
			}
			return dripping{piece: 100_000, every: 100 * time.Millisecond}
		}, false, time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var requests atomic.Int64
				fetch := func(ctx context.Context, off, n int64) (Body, error) {
					d := tt.first(requests.Add(1) - 1)
					d.ctx, d.left = ctx, n
					if tt.whole {
						d.left = tt.size
						if off > 0 {
							d.every = 0
						}
					}
					return Body{ReadCloser: &d, Whole: tt.whole}, nil
				}
				begun := time.Now()
				r := NewReader(t.Context(), NewBudget(64*mib), tt.size, fetch, Options{})
				defer r.Close()
				n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, make([]byte, 256<<10))
				var slow *RateError
				switch took := time.Since(begun); {
				case tt.fails && (!errors.As(err, &slow) || !transient.Is(err) || !strings.Contains(err.Error(),
					"below the least rate of 32.0 KiB/s")):
					t.Errorf("%d bytes, %v", n, err)
				case !tt.fails && (err != nil || n != tt.size):
					t.Errorf("%d bytes of %d, %v", n, tt.size, err)
				case took > tt.within:
					t.Errorf("took %v, %d requests", took, requests.Load())
				}
			})
		})
	}
}

func TestRateWatch(t *testing.T) {
	type step struct {
		waited time.Duration
		bytes  int64
		slow   bool
	}
	for name, tt := range map[string]struct {
		least LeastRate
		steps []step
	}{
		"the default": {LeastRate{}, []step{{9 * time.Minute, 0, false}, {time.Minute, 10 << 20, true}}},
		"just enough": {
			LeastRate{}, []step{{10 * time.Minute, 600 * 32 << 10, false}, {10 * time.Minute, 600*32<<10 - 600, true}},
		},
		"what needs no waiting": {LeastRate{}, []step{{0, 0, false}, {0, 1, false}}},
		"each window by itself": {
			LeastRate{100, time.Second},
			[]step{{time.Second, 1000, false}, {time.Second, 99, true}, {time.Second, 100, false}},
		},
		"any rate": {LeastRate{BytesPerSecond: -1}, []step{{100 * time.Hour, 0, false}}},
	} {
		w := NewRateWatch(tt.least)
		for i, s := range tt.steps {
			if err := w.Add(s.waited, s.bytes); (err != nil) != s.slow {
				t.Errorf("%s: step %d: %v", name, i, err)
			}
		}
	}
	err := &RateError{Rate: 20_000, Least: LeastRate{}.WithDefaults()}
	if got := err.Error(); got != "19.5 KiB/s over 10m0s, which is below the least rate of 32.0 KiB/s" ||
		!err.Timeout() {
		t.Errorf("%s", got)
	}
}

// A share that is bound holds no more, whatever the budget has, until that is lifted.
func TestShareIsBound(t *testing.T) {
	share, err := NewBudget(100).Reserve(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	share.Bound(20)
	first, second := share.Try(10), share.Try(10)
	if first == nil || second == nil || share.Try(1) != nil {
		t.Error("not bound by 20")
	}
	share.Bound(0)
	if share.Try(10) == nil {
		t.Error("still bound")
	}
}
