// Package stall says when an end of a copy makes no progress for too long.
package stall

import (
	"context"
	"time"
)

// ErrStalled says that a source or a destination made no progress for too long. It is a time-out by net.Error.
var ErrStalled error = &stalledError{}

type stalledError struct{}

func (*stalledError) Error() string   { return "no progress for too long" }
func (*stalledError) Timeout() bool   { return true }
func (*stalledError) Temporary() bool { return true }

// Within does something that must end within a time, and returns [ErrStalled] where it does not. The context that do
// gets ends then.
func Within(ctx context.Context, limit time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, ErrStalled)
	defer cancel()
	if err := do(ctx); err != nil {
		return CauseOf(ctx, err)
	}
	return nil
}

// CauseOf returns why a context ended, if it has, else err.
func CauseOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
