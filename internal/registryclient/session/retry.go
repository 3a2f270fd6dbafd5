package session

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/sleep"
)

// patience is the longest time that a registry may want to be left alone for; one that wants longer
// is not asked again.
const patience = 30 * time.Second

// throttledFactor makes the pauses longer where a registry throttles and does not say for how long.
const throttledFactor = 5

// Retry does something until it succeeds, fails for good, or has failed too often.
func (r *Registry) Retry(ctx context.Context, do func() error) error {
	for failures := 1; ; failures++ {
		err := do()
		if err == nil || !r.MayTryAgain(err, failures) || ctx.Err() != nil {
			return err
		}
		wait := r.Pause(err, failures)
		if deadline, ok := ctx.Deadline(); wait > patience || ok && time.Until(deadline) < wait {
			return err
		}
		if ended := sleep.For(ctx, wait); ended != nil {
			return fmt.Errorf("%w, after %w", ended, err)
		}
	}
}

// Pause returns how long to wait: what the registry says, or else at random between half of a bound
// and the bound, which doubles with each failure.
func (r *Registry) Pause(err error, failures int) time.Duration {
	bound := r.opts.Backoff << min(failures-1, 5)
	var status *answer.StatusError
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

// MayTryAgain reports whether something that failed so often is worth another attempt soon.
func (r *Registry) MayTryAgain(err error, failures int) bool {
	return failures < r.opts.Attempts && answer.Soon(err)
}
