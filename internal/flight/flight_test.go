package flight_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"ecrmirror/internal/flight"
)

// asking is what flies: it counts how often it is asked, and answers when it may.
type asking struct {
	mu    sync.Mutex
	count int
	going chan struct{}
	err   error
}

func (a *asking) ask(ctx context.Context) func() (int, error) {
	return func() (int, error) {
		a.mu.Lock()
		a.count++
		n := a.count
		a.mu.Unlock()
		select {
		case <-a.going:
			return n, a.err
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

func TestThoseWhoAskForTheSameShareAnAnswer(t *testing.T) {
	failed := errors.New("failed")
	for _, want := range []error{nil, failed} {
		synctest.Test(t, func(t *testing.T) {
			f, a := flight.New[string, int](), &asking{going: make(chan struct{}), err: want}
			var wg sync.WaitGroup
			for range 5 {
				wg.Go(func() {
					if n, err := f.Do(t.Context(), "key", a.ask(t.Context())); n != 1 || !errors.Is(err, want) {
						t.Errorf("%d, %v", n, err)
					}
				})
			}
			synctest.Wait() // all have asked
			close(a.going)
			wg.Wait()
			if n, _ := f.Do(t.Context(), "key", a.ask(t.Context())); n != 2 {
				t.Errorf("later: %d", n)
			}
		})
	}
}

func TestOthersAreAskedForBesides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, a, b := flight.New[string, int](), &asking{going: make(chan struct{})}, &asking{going: make(chan struct{})}
		done := make(chan int)
		go func() {
			n, _ := f.Do(t.Context(), "a", a.ask(t.Context()))
			done <- n
		}()
		synctest.Wait()
		close(b.going)
		if n, err := f.Do(t.Context(), "b", b.ask(t.Context())); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		close(a.going)
		<-done
	})
}

// One who asks and gives up is followed by one who waits; one who waits and gives up is missed by nobody.
func TestWhoGivesUpGivesUpForNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, a := flight.New[string, int](), &asking{going: make(chan struct{})}
		first, firstGivesUp := context.WithCancel(t.Context())
		second, secondGivesUp := context.WithCancelCause(t.Context())
		enough := errors.New("enough")
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := f.Do(first, "key", a.ask(first)); !errors.Is(err, context.Canceled) {
				t.Errorf("the first: %v", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if _, err := f.Do(second, "key", a.ask(second)); !errors.Is(err, enough) {
				t.Errorf("the second: %v", err)
			}
		})
		for range 3 {
			wg.Go(func() {
				if n, err := f.Do(t.Context(), "key", a.ask(t.Context())); n != 2 || err != nil {
					t.Errorf("%d, %v", n, err)
				}
			})
		}
		synctest.Wait()
		secondGivesUp(enough)
		synctest.Wait()
		firstGivesUp()
		synctest.Wait()
		close(a.going)
		wg.Wait()
		if a.count != 2 {
			t.Errorf("asked %d times", a.count)
		}
	})
}

// One who panics leaves nobody waiting.
func TestAPanicLeavesNobodyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, going := flight.New[string, int](), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			defer func() { _ = recover() }()
			_, _ = f.Do(t.Context(), "key", func() (int, error) { <-going; panic("x") })
		})
		synctest.Wait()
		wg.Go(func() {
			if n, err := f.Do(t.Context(), "key", func() (int, error) { return 7, nil }); n != 7 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
		})
		synctest.Wait()
		close(going)
		wg.Wait()
	})
}
