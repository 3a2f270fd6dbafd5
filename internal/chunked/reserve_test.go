package chunked

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// reserveLater calls Reserve, which waits, and sends what comes of it.
func reserveLater(ctx context.Context, b *Budget, n int64) chan *Share {
	granted := make(chan *Share, 1)
	go func() {
		s, err := b.Reserve(ctx, n)
		if err == nil {
			granted <- s
		}
		close(granted)
	}()
	synctest.Wait()
	return granted
}

func mustReserve(t *testing.T, b *Budget, n int64) *Share {
	t.Helper()
	s, err := b.Reserve(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReserveInTheOrderOfCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(100)
		first := mustReserve(t, b, 60)
		var mu sync.Mutex
		var order []int64
		for _, n := range []int64{70, 40, 10, 100, 1} { // 40 would fit at once, and waits
			go func() {
				s, err := b.Reserve(t.Context(), n)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				order = append(order, n)
				mu.Unlock()
				s.Leave()
			}()
			synctest.Wait()
		}
		if len(order) != 0 {
			t.Errorf("%v got in before their turn", order)
		}
		first.Leave()
		synctest.Wait()
		// Those let in at one time may run in any order.
		if len(order) != 5 || slices.Index(order, 100) < slices.Index(order, 70) {
			t.Errorf("got in: %v", order)
		}
		if b.claimed != 0 || len(b.waiting) != 0 || len(b.shares) != 0 {
			t.Errorf("%d bytes claimed, %d waiting, %d users", b.claimed, len(b.waiting), len(b.shares))
		}
	})
}

func TestReserveStopsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(100)
		first := mustReserve(t, b, 60)
		ctx, cancel := context.WithCancelCause(t.Context())
		failed := make(chan error, 1)
		go func() {
			_, err := b.Reserve(ctx, 70)
			failed <- err
		}()
		synctest.Wait()
		behind := reserveLater(t.Context(), b, 40)
		cancel(errFault)
		if err := <-failed; !errors.Is(err, errFault) {
			t.Errorf("got %v, want the context's cause", err)
		}
		s := <-behind // it is in nobody's way any more
		s.Leave()
		first.Leave()
		if b.claimed != 0 || len(b.shares) != 0 {
			t.Errorf("%d bytes claimed by %d users", b.claimed, len(b.shares))
		}
		cancelled, cancelNow := context.WithCancel(t.Context())
		cancelNow()
		if s, err := b.Reserve(cancelled, 1); err == nil {
			s.Leave() // room and the context's end are both there
		}
		if b.claimed != 0 || len(b.shares) != 0 {
			t.Errorf("after a cancelled context: %d bytes claimed by %d users", b.claimed, len(b.shares))
		}
	})
}

// One who needs more than there is gets it, alone.
func TestReserveMoreThanTheTotal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(100)
		first := mustReserve(t, b, 10)
		large := reserveLater(t.Context(), b, 250)
		after := reserveLater(t.Context(), b, 10)
		select {
		case <-large:
			t.Fatal("let in beside another")
		default:
		}
		first.Leave()
		s := <-large
		for i := range 5 {
			if s.Try(50) == nil {
				t.Errorf("refused buffer %d of what is reserved", i)
			}
		}
		if s.Try(50) != nil {
			t.Error("got more than is reserved")
		}
		synctest.Wait()
		select {
		case <-after:
			t.Fatal("another was let in beside it")
		default:
		}
		for range 5 {
			s.Put(make([]byte, 50))
		}
		s.Leave()
		(<-after).Leave()
		if b.Held() != 0 || b.claimed != 0 {
			t.Errorf("%d bytes held, %d claimed", b.Held(), b.claimed)
		}
	})
}

// Those who wait to be let in go before those who want more than is reserved for them.
func TestReserveGoesBeforeExtras(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(100)
		first := mustReserve(t, b, 20)
		first.Want(100)
		var bufs [][]byte
		for range 6 {
			bufs = append(bufs, first.Try(10))
		}
		if first.held != 60 {
			t.Fatalf("one alone got %d bytes", first.held)
		}
		waiting := reserveLater(t.Context(), b, 60)
		if first.Try(10) != nil {
			t.Error("got more while another waits to be let in")
		}
		first.Put(bufs[0])
		first.Put(bufs[1])
		second := <-waiting
		if second.Reserved() != 60 {
			t.Errorf("%d bytes reserved", second.Reserved())
		}
		for range 4 { // down to what is reserved
			first.Put(bufs[2])
		}
		for range 2 {
			if first.Try(10) == nil {
				t.Error("refused what is reserved")
			}
		}
		for range 6 {
			if second.Try(10) == nil {
				t.Error("refused what is reserved")
			}
		}
		if b.Held() != 80 {
			t.Errorf("%d bytes held", b.Held())
		}
	})
}

// Buffers that are out when their user leaves count until they are back.
func TestReserveWaitsForBuffersOfThoseWhoLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(100)
		first := mustReserve(t, b, 80)
		buf := first.Try(50)
		first.Leave()
		waiting := reserveLater(t.Context(), b, 80)
		select {
		case <-waiting:
			t.Fatal("let in although too much is held")
		default:
		}
		first.Put(buf)
		(<-waiting).Leave()
		if len(b.shares) != 0 || b.claimed != 0 {
			t.Errorf("%d users, %d bytes claimed", len(b.shares), b.claimed)
		}
	})
}
