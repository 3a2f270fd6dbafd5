package lanes_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/mirror/lanes"
)

// Small blobs wait for small ones alone, of which twice as many are copied at a time; together they wait for all.
func TestSmallBlobsHaveSlotsOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slots := lanes.NewSlots(3)
		own := lanes.New(chunked.NewBudget(64*mib), slots).Open(t.Context(), nil)
		together := lanes.New(chunked.NewBudget(64*mib), slots.Together()).Open(t.Context(), nil)
		defer own.Close()
		defer together.Close()
		for _, c := range []struct {
			lane *lanes.Lane
			size int64
			want int
		}{
			{own, 64 << 10, 6},
			{own, 0, 0},
			{together, 1, 3},
			{together, 64 << 10, 0},
			{together, mib, 0},
			{own, mib, 0},
			{own, -1, 0},
			{own, 64<<10 + 1, 0},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			n := 0
			for {
				if _, err := c.lane.Slot(ctx, c.size); err != nil {
					break
				}
				n++
			}
			cancel()
			if n != c.want {
				t.Errorf("%d more blobs of %d bytes at a time, want %d", n, c.size, c.want)
			}
		}
	})
}
