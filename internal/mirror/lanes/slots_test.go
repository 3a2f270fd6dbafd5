package lanes_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/mirror/lanes"
)

// Small blobs wait for small ones alone, of which twice as many are copied at a time.
func TestSmallBlobsHaveSlotsOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lane := lanes.New(chunked.NewBudget(64*mib), lanes.NewSlots(3)).Open(t.Context(), nil)
		defer lane.Close()
		for _, c := range []struct {
			size int64
			want int
		}{{mib, 3}, {-1, 0}, {64 << 10, 6}, {0, 0}, {64<<10 + 1, 0}} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			n := 0
			for {
				if _, err := lane.Slot(ctx, c.size); err != nil {
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
