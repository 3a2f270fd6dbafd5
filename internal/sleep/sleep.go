// Package sleep waits, but no longer than a context lasts.
package sleep

import (
	"context"
	"time"
)

// For waits for d, or for the end of ctx, whose cause it returns. For no time it makes no timer: several that are due
// at once in a bubble of testing/synctest crash the race detector (golang/go#78156).
func For(ctx context.Context, d time.Duration) error {
	if d <= 0 { // nil while ctx lives
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
