package registryclient

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"ecrmirror/internal/chunked"
)

// patience is the longest time that a registry may want to be left alone for; one that wants longer
// is not asked again.
const patience = 30 * time.Second

// throttledFactor makes the pauses longer where a registry throttles and does not say for how long.
const throttledFactor = 5

// retry does something until it succeeds, fails for good, or has failed too often.
func (r *Registry) retry(ctx context.Context, do func() error) error {
	for failures := 1; ; failures++ {
		err := do()
		if err == nil || failures >= r.opts.Attempts || !temporary(err) || ctx.Err() != nil {
			return err
		}
		wait := r.pause(err, failures)
		if deadline, ok := ctx.Deadline(); wait > patience || ok && time.Until(deadline) < wait {
			return err
		}
		if ended := chunked.Sleep(ctx, wait); ended != nil {
			return fmt.Errorf("%w, after %w", ended, err)
		}
	}
}

// pause returns how long to wait: what the registry says, or else at random between half of a bound
// and the bound, which doubles with each failure.
func (r *Registry) pause(err error, failures int) time.Duration {
	bound := r.opts.Backoff << min(failures-1, 5)
	var status *StatusError
	if errors.As(err, &status) {
		if status.RetryAfter > 0 {
			return status.RetryAfter
		}
		if status.Status == http.StatusTooManyRequests {
			bound *= throttledFactor
		}
	}
	return bound/2 + rand.N(bound/2+1)
}
