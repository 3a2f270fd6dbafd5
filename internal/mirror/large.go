package mirror

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// largeSize is from how many bytes on a manifest waits for its turn to be put. It takes several times its
// size while it is sent as a piece of JSON, and manifests are not in the budget: a usual one has 2 KiB.
const largeSize = 64 << 10

// largeTurns lets large manifests through that have maxManifest bytes together, to all targets of all copies.
type largeTurns struct{ bytes *semaphore.Weighted }

func newLargeTurns() largeTurns { return largeTurns{semaphore.NewWeighted(maxManifest)} }

// turn does something with a manifest of so many bytes when its turn comes, unless the context has ended by then.
func (l largeTurns) turn(ctx context.Context, size int, do func() error) error {
	if size := min(int64(size), maxManifest); size >= largeSize {
		if l.bytes.Acquire(ctx, size) != nil {
			return context.Cause(ctx)
		}
		defer l.bytes.Release(size)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return do()
}
