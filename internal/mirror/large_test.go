package mirror

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"ecrmirror/internal/mirror/graph"
)

// However many manifests can be put, few goroutines put them, and each is put once, in order.
func TestFewGoroutinesPutAllManifests(t *testing.T) {
	q := &queue{atOnce: manifestsAtOnce}
	all := make([]int, 1_000)
	for i := range all {
		all[i] = i
	}
	if more := q.add(all[:3]); more != 3 {
		t.Errorf("%d goroutines for 3 manifests", more)
	}
	if more := q.add(all[3:]); more != manifestsAtOnce-3 {
		t.Errorf("%d more goroutines for 1,000 manifests, want %d", more, manifestsAtOnce-3)
	}
	for want := range all {
		if i, ok := q.next(); !ok || i != want {
			t.Fatalf("manifest %d, %v, want %d", i, ok, want)
		}
	}
	for range manifestsAtOnce {
		if _, ok := q.next(); ok {
			t.Fatal("a manifest is put twice")
		}
	}
	if more := q.add(all[:1]); more != 1 {
		t.Errorf("%d goroutines after all have ended, want 1", more)
	}
}

// Manifests that are put at the same time have the size of the largest at most, but for small ones, which wait for
// none.
func TestLargeManifestsTakeTurns(t *testing.T) {
	turns := newLargeTurns()
	var at, most atomic.Int64
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			done, err := turns.begin(t.Context(), graph.MaxManifest/2)
			if err != nil {
				t.Error(err)
				return
			}
			most.Store(max(most.Load(), at.Add(1)))
			at.Add(-1)
			done()
		})
	}
	wg.Wait()
	if n := most.Load(); n > 2 {
		t.Errorf("%d at a time of half of the greatest size", n)
	}
	done, err := turns.begin(t.Context(), 2*graph.MaxManifest)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	if small, err := turns.begin(t.Context(), largeSize-1); err != nil {
		t.Errorf("a small one waited: %v", err)
	} else {
		small()
	}
	ended := errors.New("ended")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(ended)
	if _, err := turns.begin(ctx, largeSize); !errors.Is(err, ended) {
		t.Errorf("a large one did not wait, or not as long as its place: %v", err)
	}
	if _, err := turns.begin(ctx, largeSize-1); !errors.Is(err, ended) {
		t.Errorf("a small one began though its place has failed: %v", err)
	}
}
