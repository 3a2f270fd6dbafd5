package chunked

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
)

// Several readers lend to several holders in a budget for a few of them. All come to their ends, save
// those that are closed before, and never is more held than there is.
func TestLendingInATinyBudget(t *testing.T) {
	checkLeaks(t)
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		budget := NewBudget(500 + rnd.Int64N(800))
		var wg sync.WaitGroup
		for range 12 {
			b := newBlob(1 + rnd.IntN(2500))
			b.whole = rnd.IntN(4) == 0
			pieces, quits := 1+rnd.IntN(4), rnd.IntN(12)
			seed := rnd.Uint64()
			wg.Go(func() {
				share, err := budget.Reserve(t.Context(), int64(pieces)*100)
				if err != nil {
					t.Error(err)
					return
				}
				defer share.Leave()
				lendAround(t, rand.New(rand.NewPCG(seed, 4)), budget, share, b, pieces, quits)
			})
		}
		wg.Wait()
		if budget.Held() != 0 || budget.claimed != 0 || len(budget.shares) != 0 {
			t.Errorf("seed %d: %d bytes held, %d claimed, %d users", seed, budget.Held(), budget.claimed,
				len(budget.shares))
		}
	}
}

// lendAround has a reader's pieces released by other goroutines, in any order, at most so many being
// held. After so many pieces the reader is closed if there are that many.
func lendAround(t *testing.T, rnd *rand.Rand, budget *Budget, share *Share, b *blob, pieces, quits int) {
	r := NewReader(t.Context(), budget, int64(len(b.content)), b.fetch, quick)
	r.Adopt(share, nil)
	held := make(chan *Chunk, 32)
	slots := make(chan struct{}, pieces)
	var wg sync.WaitGroup
	for range 1 + rnd.IntN(3) {
		wg.Go(func() {
			for c := range held {
				clear(c.Bytes())
				c.Release()
				<-slots
			}
		})
	}
	var got []byte
	var err error
	for n := 0; err == nil; n++ {
		if n == 12-quits {
			_ = r.Close() // with pieces out
		}
		slots <- struct{}{}
		var c *Chunk
		if c, err = r.Next(); err == nil {
			got = append(got, c.Bytes()...)
			held <- c
		} else {
			<-slots
		}
		if held := budget.Held(); held > budget.Total() {
			t.Errorf("%d bytes held of %d", held, budget.Total())
		}
	}
	r.Close()
	close(held)
	wg.Wait()
	if err == io.EOF && !bytes.Equal(got, b.content) || err != io.EOF && !errors.Is(err, ErrClosed) ||
		!bytes.HasPrefix(b.content, got) {
		t.Errorf("got %d of %d bytes, %v", len(got), len(b.content), err)
	}
	if b.open() != 0 {
		t.Errorf("%d bodies open", b.open())
	}
}

func TestChunksMayBeReleasedAfterClose(t *testing.T) {
	checkLeaks(t)
	budget := NewBudget(1000)
	b := newBlob(1000)
	r := NewReader(t.Context(), budget, 1000, b.fetch, quick)
	first, err1 := r.Next()
	second, err2 := r.Next()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	r.Close()
	if held := budget.Held(); held != 200 {
		t.Errorf("%d bytes held after Close, want those of 2 chunks", held)
	}
	if !bytes.Equal(second.Bytes(), b.content[100:200]) {
		t.Error("Close changed a chunk that is lent")
	}
	second.Release()
	first.Release()
	if budget.Held() != 0 || len(budget.shares) != 0 || r.lent != 0 {
		t.Errorf("%d bytes held by %d users", budget.Held(), len(budget.shares))
	}
}

// Next waits for chunks that are lent, and Close and the context's end wake it.
func TestNextStopsWaiting(t *testing.T) {
	checkLeaks(t)
	for name, stop := range map[string]struct {
		do   func(r *Reader, cancel context.CancelCauseFunc)
		want error
	}{
		"closed":    {func(r *Reader, _ context.CancelCauseFunc) { go r.Close() }, ErrClosed},
		"cancelled": {func(_ *Reader, cancel context.CancelCauseFunc) { cancel(errFault) }, errFault},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		b := newBlob(1000)
		budget, share := crowded(t, 100)
		r := NewReader(ctx, budget, 1000, b.fetch, quick)
		r.Adopt(share, nil)
		c, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		stop.do(r, cancel)
		if _, err := r.Next(); !errors.Is(err, stop.want) {
			t.Errorf("%s: got %v", name, err)
		}
		c.Release()
		r.Close()
		cancel(nil)
	}
}
