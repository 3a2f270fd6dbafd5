package turns_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"ecrmirror/internal/turns"
)

func TestOneAtATime(t *testing.T) {
	var all turns.Turns[string]
	var wg sync.WaitGroup
	n := map[string]*int{"a": new(int), "b": new(int)} // which the race detector watches
	for key, counter := range n {
		for range 100 {
			wg.Go(func() {
				done, err := all.Take(t.Context(), key)
				if err != nil {
					t.Error(err)
					return
				}
				defer done()
				*counter++
			})
		}
	}
	wg.Wait()
	if *n["a"] != 100 || *n["b"] != 100 {
		t.Errorf("%d and %d turns", *n["a"], *n["b"])
	}
}

func TestWhoWaitsMayGiveUp(t *testing.T) {
	var all turns.Turns[int]
	done, err := all.Take(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	why := errors.New("why")
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if _, err := all.Take(ended, 1); !errors.Is(err, why) {
		t.Errorf("the same: %v", err)
	}
	other, err := all.Take(ended, 2)
	if err != nil {
		t.Errorf("another: %v", err)
	}
	other()
	done()
	again, err := all.Take(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	again()
}
