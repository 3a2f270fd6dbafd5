// Package pause waits, as servers do that are slow on purpose.
package pause

import (
	"context"
	"time"
)

// For waits so long; it returns false as soon as ctx ends.
func For(ctx context.Context, d time.Duration) bool { return Until(ctx, time.Now().Add(d)) }

// Until waits for a time, not at all for one that has come, such as the zero time; it returns false as soon
// as ctx ends.
func Until(ctx context.Context, due time.Time) bool {
	left := time.Until(due)
	if left <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
