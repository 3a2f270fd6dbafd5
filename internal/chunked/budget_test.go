package chunked

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
)

// A budget of one chunk, or of none, many readers, and one goroutine that reads from them in any
// order it likes: if any reader waited for another one, this would never end.
func TestReadersNeverWaitForEachOther(t *testing.T) {
	checkLeaks(t)
	for _, total := range []int64{0, 100, 150, 1000} {
		for seed := range uint64(20) {
			t.Run(fmt.Sprintf("budget %d, seed %d", total, seed), func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(seed, uint64(total)))
				budget := NewBudget(total)
				b := newBlob(1000)
				unread := NewReader(t.Context(), budget, 1000, b.fetch, quick)
				begun := NewReader(t.Context(), budget, 1000, b.fetch, quick)
				if _, err := begun.Read(make([]byte, 1)); err != nil { // and never again
					t.Fatal(err)
				}
				readInAnyOrder(t, rnd, budget, b, 20)
				unread.Close()
				begun.Close()
				if budget.Held() != 0 || b.open() != 0 {
					t.Errorf("%d bytes held, %d bodies open", budget.Held(), b.open())
				}
			})
		}
	}
}

func readInAnyOrder(t *testing.T, rnd *rand.Rand, budget *Budget, b *blob, n int) {
	t.Helper()
	readers := make([]*Reader, n)
	got := make([][]byte, n)
	for i := range readers {
		readers[i] = NewReader(t.Context(), budget, int64(len(b.content)), b.fetch, quick)
		defer readers[i].Close()
	}
	for left := n; left > 0; {
		i := rnd.IntN(n)
		p := make([]byte, 1+rnd.IntN(250))
		read, err := readers[i].Read(p)
		got[i] = append(got[i], p[:read]...)
		if held := budget.Held(); held > budget.Total() {
			t.Fatalf("%d bytes held of %d", held, budget.Total())
		}
		switch {
		case err == io.EOF && bytes.Equal(got[i], b.content):
			left--
			got[i] = append(got[i], 0) // counted
		case err != nil && err != io.EOF:
			t.Fatal(err)
		}
	}
}

func TestReadersShareABudgetAtOnce(t *testing.T) {
	checkLeaks(t)
	budget := NewBudget(700)
	b := newBlob(3000)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			r := NewReader(t.Context(), budget, 3000, b.fetch, quick)
			defer r.Close()
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, b.content) {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
			if held := budget.Held(); held > 700 {
				t.Errorf("%d bytes held of 700", held)
			}
		})
	}
	wg.Wait()
	if budget.Held() != 0 {
		t.Errorf("%d bytes held in the end", budget.Held())
	}
}

func TestBudgetReusesBuffers(t *testing.T) {
	const size = minPooled
	budget := NewBudget(4 * size)
	s := budget.Join()
	defer s.Leave()
	first := s.Try(size)
	s.Put(first)
	if second := s.Try(size); &first[0] != &second[0] {
		t.Error("a new buffer beside an idle one")
	}
	// Idle buffers make way for buffers of other sizes.
	s.Put(first)
	if s.Try(4*size) == nil {
		t.Error("refused although nothing is held")
	}
	if budget.pooled != 0 || len(budget.idle) != 0 {
		t.Errorf("%d bytes idle beside a full budget", budget.pooled)
	}
}

func TestBudgetIsShared(t *testing.T) {
	join := func(b *Budget, want int64) *Share {
		s := b.Join()
		s.Want(want)
		return s
	}
	take := func(s *Share) (n int) {
		for s.Try(10) != nil {
			n++
		}
		return n
	}
	t.Run("one alone gets all", func(t *testing.T) {
		if n := take(join(NewBudget(100), 1000)); n != 10 {
			t.Errorf("got %d of 10 buffers", n)
		}
	})
	t.Run("two get half each", func(t *testing.T) {
		b := NewBudget(100)
		first, second := join(b, 1000), join(b, 1000)
		if n := take(first); n != 5 {
			t.Errorf("first got %d of 10 buffers", n)
		}
		if n := take(second); n != 5 {
			t.Errorf("second got %d of 10 buffers", n)
		}
	})
	t.Run("what one does not want others get", func(t *testing.T) {
		b := NewBudget(100)
		first, second := join(b, 1000), join(b, 20)
		if n := take(first); n != 8 {
			t.Errorf("first got %d of 10 buffers", n)
		}
		if n := take(second); n != 2 {
			t.Errorf("second got %d of 10 buffers", n)
		}
	})
	t.Run("where there is none for each, some get one", func(t *testing.T) {
		b := NewBudget(20)
		got := 0
		for range 10 {
			got += take(join(b, 1000))
		}
		if got != 2 {
			t.Errorf("%d of 2 buffers handed out", got)
		}
	})
	t.Run("take is never refused, and counted", func(t *testing.T) {
		b := NewBudget(20)
		s, other := join(b, 1000), join(b, 1000)
		if len(s.Take(50)) != 50 || b.Held() != 50 || other.Try(1) != nil {
			t.Errorf("%d bytes held", b.Held())
		}
	})
}
