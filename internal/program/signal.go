package program

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"ecrmirror/internal/contract"
)

// A signalError is the cause of a context that a signal ended.
type signalError struct{ signal os.Signal }

func (e *signalError) Error() string { return "stopped by signal: " + e.signal.String() }

// Is makes the error count as context.Canceled.
func (e *signalError) Is(target error) bool { return target == context.Canceled }

// exitCode returns the exit code of a program that the signal has stopped.
func (e *signalError) exitCode() int {
	if e.signal == syscall.SIGTERM {
		return contract.ExitTerminated
	}
	return contract.ExitInterrupted
}

// signalContext returns a context that ends on the first SIGINT or SIGTERM, with a
// signalError as its cause. A second signal ends the program in the system's way. The
// caller calls stop when the work is done.
func signalContext(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(&signalError{signal: s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

// stoppedBy returns the signal that ended ctx, nil if none did.
func stoppedBy(ctx context.Context) *signalError {
	var e *signalError
	errors.As(context.Cause(ctx), &e)
	return e
}
