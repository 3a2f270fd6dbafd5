package mirror

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

// However many manifests can be put, few goroutines put them, and each is put once, in order.
func TestFewGoroutinesPutAllManifests(t *testing.T) {
	tg := &target{atOnce: manifestsAtOnce}
	all := make([]int, 1_000)
	for i := range all {
		all[i] = i
	}
	if more := tg.queue(all[:3]); more != 3 {
		t.Errorf("%d goroutines for 3 manifests", more)
	}
	if more := tg.queue(all[3:]); more != manifestsAtOnce-3 {
		t.Errorf("%d more goroutines for 1,000 manifests, want %d", more, manifestsAtOnce-3)
	}
	for want := range all {
		if i, ok := tg.next(); !ok || i != want {
			t.Fatalf("manifest %d, %v, want %d", i, ok, want)
		}
	}
	for range manifestsAtOnce {
		if _, ok := tg.next(); ok {
			t.Fatal("a manifest is put twice")
		}
	}
	if more := tg.queue(all[:1]); more != 1 {
		t.Errorf("%d goroutines after all have ended, want 1", more)
	}
}

// Manifests that are put at the same time have the size of the largest at most, but for small ones, which wait for none.
func TestLargeManifestsTakeTurns(t *testing.T) {
	turns := newLargeTurns()
	var at, most atomic.Int64
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			_ = turns.turn(t.Context(), maxManifest/2, func() error {
				most.Store(max(most.Load(), at.Add(1)))
				at.Add(-1)
				return nil
			})
		})
	}
	wg.Wait()
	if n := most.Load(); n > 2 {
		t.Errorf("%d at a time of half of the greatest size", n)
	}
	held := func() error {
		small := errors.New("small")
		if err := turns.turn(t.Context(), largeSize-1, func() error { return small }); !errors.Is(err, small) {
			t.Errorf("a small one waited: %v", err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(small)
		if err := turns.turn(ctx, largeSize, func() error { return nil }); !errors.Is(err, small) {
			t.Errorf("a large one did not wait, or not as long as its target: %v", err)
		}
		return nil
	}
	if err := turns.turn(t.Context(), 2*maxManifest, held); err != nil {
		t.Error(err)
	}
}
