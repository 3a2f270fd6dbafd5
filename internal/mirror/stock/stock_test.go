package stock

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opencontainers/go-digest"
)

func TestOneAtATimeBringsABlob(t *testing.T) {
	var s Stock
	first, has, others := s.Begin("sha256:a")
	if first == nil || has || others != nil {
		t.Fatalf("%v, %t, %v", first, has, others)
	}
	second, has, others := s.Begin("sha256:a")
	if second != nil || has || others == nil {
		t.Fatalf("%v, %t, %v", second, has, others)
	}
	if other, _, _ := s.Begin("sha256:b"); other == nil {
		t.Error("another blob waits for the first")
	}
	first.End(false)
	<-others
	second, has, _ = s.Begin("sha256:a")
	if second == nil || has {
		t.Fatalf("after a turn that brought nothing: %v, %t", second, has)
	}
	first.End(true) // again
	if turn, has, others := s.Begin("sha256:a"); turn != nil || has || others == nil {
		t.Errorf("a turn that was over has ended another's: %v, %t", turn, has)
	}
	second.End(true)
	second.End(false)
	if turn, has, _ := s.Begin("sha256:a"); turn != nil || !has {
		t.Errorf("what has arrived is brought again: %v, %t", turn, has)
	}
}

// However many want it, and however many fail, one at a time brings a blob, until one has.
func TestAllHaveWhatOneBrought(t *testing.T) {
	var s Stock
	var bringing, brought, tries atomic.Int64
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for {
				turn, has, others := s.Begin(digest.Canonical.FromString("layer"))
				switch {
				case has:
					return
				case turn == nil:
					<-others
					continue
				}
				if bringing.Add(1) > 1 {
					t.Error("two bring it")
				}
				succeeds := tries.Add(1) == 8
				if succeeds {
					brought.Add(1)
				}
				bringing.Add(-1)
				turn.End(succeeds)
			}
		})
	}
	wg.Wait()
	if brought.Load() != 1 || tries.Load() != 8 {
		t.Errorf("brought %d times, tried %d times", brought.Load(), tries.Load())
	}
}
