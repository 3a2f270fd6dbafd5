package errands

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/leaks"
)

// TestMain fails the tests where they leave goroutines behind.
func TestMain(m *testing.M) { leaks.Main(m) }

func TestOneIsOnTheErrand(t *testing.T) {
	var errands Errands
	end, others := errands.Begin("sha256:a")
	if end == nil || others != nil {
		t.Fatal("the first is not on it")
	}
	if second, others := errands.Begin("sha256:a"); second != nil || others == nil {
		t.Error("two are on it")
	}
	if other, _ := errands.Begin("sha256:b"); other == nil {
		t.Error("another blob waits for the first")
	}
	_, others = errands.Begin("sha256:a")
	end()
	<-others
	if again, _ := errands.Begin("sha256:a"); again == nil {
		t.Error("an errand that has ended can't be begun again")
	}
}

func TestAllGetThere(t *testing.T) {
	var errands Errands
	var busy, done atomic.Int64
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for {
				end, others := errands.Begin(digest.Canonical.FromString("layer"))
				if end == nil {
					<-others
					continue
				}
				if busy.Add(1) > 1 {
					t.Error("two are on it")
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
		t.Errorf("%d got there", done.Load())
	}
}
