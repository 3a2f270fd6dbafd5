package turns

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opencontainers/go-digest"
)

func TestOneHasTheTurnOfABlob(t *testing.T) {
	var turns Turns
	end, others := turns.Begin("sha256:a")
	if end == nil || others != nil {
		t.Fatal("the first has no turn")
	}
	if second, others := turns.Begin("sha256:a"); second != nil || others == nil {
		t.Error("two have the turn")
	}
	if other, _ := turns.Begin("sha256:b"); other == nil {
		t.Error("another blob waits for the first")
	}
	_, others = turns.Begin("sha256:a")
	end()
	<-others
	if again, _ := turns.Begin("sha256:a"); again == nil {
		t.Error("a turn that ended is not free")
	}
}

func TestAllHaveTheirTurn(t *testing.T) {
	var turns Turns
	var busy, done atomic.Int64
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for {
				end, others := turns.Begin(digest.Canonical.FromString("layer"))
				if end == nil {
					<-others
					continue
				}
				if busy.Add(1) > 1 {
					t.Error("two have the turn")
				}
				busy.Add(-1)
				done.Add(1)
				end()
				return
			}
		})
	}
	wg.Wait()
	if done.Load() != 64 {
		t.Errorf("%d had their turn", done.Load())
	}
}
