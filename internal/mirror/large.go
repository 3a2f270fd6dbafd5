package mirror

import (
	"context"

	"golang.org/x/sync/semaphore"

	"ecrmirror/internal/mirror/graph"
)

// largeSize is from how many bytes on a manifest waits for its turn to be put. It takes several times its
// size while it is sent as a piece of JSON, and manifests are not in the budget: a usual one has 2 KiB.
const largeSize = 64 << 10

// largeTurns lets large manifests through that have graph.MaxManifest bytes together, to all places of all copies.
type largeTurns struct{ bytes *semaphore.Weighted }

func newLargeTurns() largeTurns { return largeTurns{semaphore.NewWeighted(graph.MaxManifest)} }

// begin waits for the turn of a manifest of so many bytes, unless the context ends before, and returns what ends it.
func (l largeTurns) begin(ctx context.Context, size int) (done func(), err error) {
	done = func() {}
	if n := min(int64(size), graph.MaxManifest); n >= largeSize {
		if l.bytes.Acquire(ctx, n) != nil {
			return nil, context.Cause(ctx)
		}
		done = func() { l.bytes.Release(n) }
	}
	if ctx.Err() != nil {
		done()
		return nil, context.Cause(ctx)
	}
	return done, nil
}
