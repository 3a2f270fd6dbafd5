package chunked

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
)

// A holder takes what a reader lends, and holds on to so many pieces before it releases the oldest.
type holder struct {
	r    *Reader
	most int
	held []*Chunk
	got  []byte
}

// next takes a piece. What is held must not have changed when it is released.
func (h *holder) next() error {
	if len(h.held) > 0 && len(h.held) == h.most {
		h.release()
	}
	c, err := h.r.Next()
	if err != nil {
		return err
	}
	if len(c.Bytes()) == 0 {
		return errors.New("a piece of nothing")
	}
	h.got = append(h.got, c.Bytes()...)
	h.held = append(h.held, c)
	return nil
}

// release gives the oldest piece back, and spoils it: nobody may look at it any more.
func (h *holder) release() {
	c := h.held[0]
	h.held = h.held[1:]
	clear(c.Bytes())
	c.Release()
}

// readAll takes all there is, and holds the last pieces to the end.
func (h *holder) readAll() ([]byte, error) {
	for {
		if err := h.next(); err != nil {
			for len(h.held) > 0 {
				h.release()
			}
			if err == io.EOF {
				err = nil
			}
			return h.got, err
		}
	}
}

// crowded returns a budget in which a reader can have what it reserves and nothing beyond: somebody
// waits for the rest.
func crowded(t *testing.T, reserved int64) (*Budget, *Share) {
	t.Helper()
	budget := NewBudget(reserved + 50)
	share, err := budget.Reserve(t.Context(), reserved)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if s, err := budget.Reserve(ctx, reserved+50); err == nil {
			s.Leave()
		}
	}()
	t.Cleanup(func() {
		share.Leave()
		cancel()
		<-done
		if budget.Held() != 0 || budget.claimed != 0 || len(budget.shares) != 0 {
			t.Errorf("%d bytes held, %d claimed by %d users in the end", budget.Held(), budget.claimed,
				len(budget.shares))
		}
	})
	for waits := false; !waits; {
		budget.mu.Lock()
		waits = len(budget.waiting) > 0
		budget.mu.Unlock()
	}
	return budget, share
}

// One who holds a whole part, and needs all of it to go on, gets it from what was reserved, however the
// server delivers.
func TestNextGivesWhatIsReserved(t *testing.T) {
	checkLeaks(t)
	servers := map[string]func(b *blob) Fetch{
		"ranges": func(b *blob) Fetch { return b.fetch },
		"whole blobs, byte by byte": func(b *blob) Fetch {
			b.whole = true
			return func(ctx context.Context, off, n int64) (Body, error) {
				body, err := b.fetch(ctx, off, n)
				return with(body, iotest.OneByteReader(body)), err
			}
		},
		"ranges, then whole blobs": func(b *blob) Fetch {
			return func(ctx context.Context, off, n int64) (Body, error) {
				if off < 200 {
					return b.fetch(ctx, off, n)
				}
				body, err := b.fetch(ctx, 0, int64(len(b.content)))
				body.Whole = true
				return body, err
			}
		},
		"a whole blob once": func(b *blob) Fetch {
			var once sync.Once
			return func(ctx context.Context, off, n int64) (body Body, err error) {
				body, err = b.fetch(ctx, off, n)
				if off >= 200 {
					once.Do(func() {
						body.Close()
						body, err = b.fetch(ctx, 0, int64(len(b.content)))
						body.Whole = true
					})
				}
				return body, err
			}
		},
		"half a chunk, then whole blobs": func(b *blob) Fetch {
			return func(ctx context.Context, off, n int64) (Body, error) {
				switch {
				case off < 300:
					return b.fetch(ctx, off, n)
				case off == 300:
					body, err := b.fetch(ctx, off, n)
					return with(body, cut(body, 50, errFault)), err
				}
				body, err := b.fetch(ctx, 0, int64(len(b.content)))
				body.Whole = true
				return body, err
			}
		},
	}
	for name, serve := range servers {
		for _, size := range []int{0, 1, 100, 101, 450, 1000, 1234} {
			for _, pieces := range []int{1, 2, 5} {
				t.Run(fmt.Sprintf("%s, %d bytes, %d pieces", name, size, pieces), func(t *testing.T) {
					budget, share := crowded(t, int64(pieces*100))
					b := newBlob(size)
					r := NewReader(t.Context(), budget, int64(size), serve(b), quick)
					r.Adopt(share, nil)
					h := holder{r: r, most: pieces}
					if got, err := h.readAll(); err != nil || !bytes.Equal(got, b.content) {
						t.Errorf("got %d bytes, %v", len(got), err)
					}
					r.Close()
					if b.open() != 0 {
						t.Errorf("%d bodies open", b.open())
					}
				})
			}
		}
	}
}

// Read and Next go on where the other ended.
func TestNextAndReadTakeTurns(t *testing.T) {
	checkLeaks(t)
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		b := newBlob(rnd.IntN(1500))
		b.whole = rnd.IntN(2) == 0
		var fetch Fetch = b.fetch
		if rnd.IntN(2) == 0 {
			fetch = func(ctx context.Context, off, n int64) (Body, error) {
				body, err := b.fetch(ctx, off, n)
				return with(body, iotest.HalfReader(body)), err
			}
		}
		budget := NewBudget(rnd.Int64N(1000))
		h := holder{r: NewReader(t.Context(), budget, int64(len(b.content)), fetch, quick), most: 1}
		var err error
		for err == nil {
			if rnd.IntN(2) == 0 {
				p := make([]byte, 1+rnd.IntN(150))
				var n int
				n, err = h.r.Read(p)
				h.got = append(h.got, p[:n]...)
				continue
			}
			err = h.next()
		}
		for len(h.held) > 0 {
			h.release()
		}
		if err != io.EOF || !bytes.Equal(h.got, b.content) {
			t.Errorf("seed %d: got %d of %d bytes, %v", seed, len(h.got), len(b.content), err)
		}
		h.r.Close()
		if budget.Held() != 0 || b.open() != 0 {
			t.Errorf("seed %d: %d bytes held, %d bodies open", seed, budget.Held(), b.open())
		}
	}
}

// Faults at and around every boundary of chunks, and what becomes of them.
func TestNextOutlivesFaultsOrReportsThem(t *testing.T) {
	checkLeaks(t)
	type fault struct {
		name string
		do   func(ctx context.Context, b Body, n int64) (Body, error) // after n bytes
		last bool                                                     // it does harm at the end of a range only
		want error                                                    // nil if it is outlived where it happens once
	}
	faults := []fault{
		{
			"reset", func(_ context.Context, b Body, n int64) (Body, error) { return with(b, cut(b, n, errFault)), nil },
			false, nil,
		},
		{
			"short", func(_ context.Context, b Body, n int64) (Body, error) { return with(b, cut(b, n, io.EOF)), nil },
			false, nil,
		},
		{"stalls", func(ctx context.Context, b Body, n int64) (Body, error) {
			return with(b, io.MultiReader(io.LimitReader(b, n), untilDone{ctx})), nil
		}, false, nil},
		{"refused for good", func(_ context.Context, b Body, _ int64) (Body, error) {
			b.Close()
			return Body{}, Permanent(errFault)
		}, false, errFault},
		{"longer", func(_ context.Context, b Body, _ int64) (Body, error) {
			return with(b, io.MultiReader(b, strings.NewReader("more"))), nil
		}, true, ErrTooLong},
	}
	opts := quick
	opts.Stall = 10 * time.Millisecond
	for _, f := range faults {
		for _, at := range []int64{0, 1, 99, 100, 101, 199, 250, 400, 449} {
			for _, always := range []bool{false, true} {
				for _, reserved := range []int64{0, 100, 300} {
					name := fmt.Sprintf("%s at %d, always %v, reserved %d", f.name, at, always, reserved)
					budget := NewBudget(max(100, reserved))
					share, err := budget.Reserve(t.Context(), reserved)
					if err != nil {
						t.Fatal(err)
					}
					b := newBlob(450)
					var once sync.Once
					r := NewReader(t.Context(), budget, 450, func(ctx context.Context, off, n int64) (Body, error) {
						body, err := b.fetch(ctx, off, n)
						if off <= at && at < off+n && err == nil {
							hit := always
							once.Do(func() { hit = true })
							if hit {
								return f.do(ctx, body, at-off)
							}
						}
						return body, err
					}, opts)
					r.Adopt(share, nil)
					h := holder{r: r, most: max(1, int(reserved/100))}
					got, err := h.readAll()
					want := f.want
					if always && want == nil {
						want = map[string]error{
							"reset": errFault, "short": io.ErrUnexpectedEOF, "stalls": ErrStalled,
						}[f.name]
					}
					if !errors.Is(err, want) || err == nil && !bytes.Equal(got, b.content) || errors.Is(err, io.EOF) {
						t.Errorf("%s: got %d bytes, %v; want error %v", name, len(got), err, want)
					}
					if !bytes.Equal(got, b.content[:len(got)]) {
						t.Errorf("%s: wrong bytes", name)
					}
					if _, again := r.Next(); err != nil && !errors.Is(again, want) {
						t.Errorf("%s: then %v", name, again)
					}
					r.Close()
					share.Leave()
					if budget.Held() != 0 || budget.claimed != 0 || b.open() != 0 {
						t.Errorf("%s: %d bytes held, %d bodies open", name, budget.Held(), b.open())
					}
				}
			}
		}
	}
}
