package lanes_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/mirror/lanes"
)

const mib = 1 << 20

// A slow pass copies four blobs at a time, until the faster one has ended; then it takes what it can get.
func TestASlowLaneHasFewTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lanes.New(chunked.NewBudget(64*mib), lanes.NewSlots(100))
		fast := l.Open(t.Context(), nil)
		slow := l.Open(t.Context(), fast)
		for range 20 {
			if _, err := fast.Slot(t.Context(), mib); err != nil {
				t.Fatal(err)
			}
		}
		taken := func() (n int) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			for ctx.Err() == nil && n < 50 {
				got := make(chan struct{})
				go func() {
					if _, err := slow.Slot(t.Context(), mib); err == nil {
						close(got)
					}
				}()
				select {
				case <-got:
					n++
				case <-ctx.Done():
				}
			}
			return n
		}
		if n := taken(); n != 4 {
			t.Errorf("%d turns beside a faster lane, want 4", n)
		}
		fast.Close()
		if n := taken(); n != 50 {
			t.Errorf("%d turns as the first lane, want 50", n)
		}
		slow.Close()
	})
}

// A slow pass has a quarter of the memory, and each of its blobs little more than it needs, until it is the first.
func TestASlowLaneHasLittleMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lanes.New(chunked.NewBudget(64*mib), lanes.NewSlots(100))
		fast := l.Open(t.Context(), nil)
		slow := l.Open(t.Context(), fast)
		share, leave, err := slow.Reserve(t.Context(), 8*mib)
		if err != nil {
			t.Fatal(err)
		}
		held := 0
		for share.Try(mib) != nil {
			held++
		}
		if held != 10 {
			t.Errorf("%d MiB held of a blob that needs 8, want 2 more", held)
		}
		second := make(chan error, 1)
		go func() { // 16 MiB are the quarter, of which 10 are taken
			_, leave, err := slow.Reserve(t.Context(), 8*mib)
			if err == nil {
				leave()
			}
			second <- err
		}()
		synctest.Wait()
		if len(second) > 0 {
			t.Error("a second blob got its memory")
		}
		fast.Close()
		if err := <-second; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if share.Try(mib) == nil {
			t.Error("still bound as the first lane")
		}
		leave()
		slow.Close()
	})
}
