package program

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"

	"ecrmirror/internal/contract"
)

func TestRunPrintsErrorsAndReturnsTheExitCode(t *testing.T) {
	one, two := errors.New("one"), errors.New("two\nlines")
	for _, c := range []struct {
		name  string
		err   error
		code  int
		lines string
	}{
		{"success", nil, contract.ExitOK, ""},
		{"wrong usage", one, contract.ExitUsage, "prog: one\n"},
		{"wrong usage, help shown", ErrUsageShown, contract.ExitUsage, ""},
		{"failure", Fail(one), contract.ExitFailed, "prog: one\n"},
		{"failure inside another error", fmt.Errorf("outer: %w", Fail(one)), contract.ExitFailed, "prog: one\n"},
		{"failures", Fail(errors.Join(one, two)), contract.ExitFailed, "prog: one\nprog: two; lines\n"},
		{
			"transient failure", Fail(fmt.Errorf("dialing: %w", syscall.ECONNREFUSED)), contract.ExitTransient,
			"prog: dialing: connection refused\n",
		},
		{"printed", NotPrinted(nil, nil), contract.ExitOK, ""},
		{"not printed", NotPrinted(nil, one), contract.ExitFailed, "prog: printing the result: one\n"},
		{
			"failures, not printed", NotPrinted(&Failure{Err: errors.Join(one, two), Transient: true}, one),
			contract.ExitTransient, "prog: one\nprog: two; lines\nprog: printing the result: one\n",
		},
	} {
		var stderr bytes.Buffer
		code := Run(t.Context(), "prog", &stderr, func(context.Context) error { return c.err })
		if code != c.code || stderr.String() != c.lines {
			t.Errorf("%s: %d, %q, want %d, %q", c.name, code, stderr.String(), c.code, c.lines)
		}
	}
}

func TestSignalEndsTheContext(t *testing.T) {
	for _, c := range []struct {
		signal syscall.Signal
		code   int
	}{
		{syscall.SIGINT, contract.ExitInterrupted},
		{syscall.SIGTERM, contract.ExitTerminated},
	} {
		var stderr bytes.Buffer
		code := Run(t.Context(), "prog", &stderr, func(ctx context.Context) error {
			if err := syscall.Kill(syscall.Getpid(), c.signal); err != nil {
				return err
			}
			<-ctx.Done()
			if !errors.Is(context.Cause(ctx), context.Canceled) {
				t.Errorf("%v: cause %v does not count as cancelled", c.signal, context.Cause(ctx))
			}
			return ctx.Err()
		})
		want := fmt.Sprintf("prog: stopped by signal: %v\n", c.signal)
		if code != c.code || stderr.String() != want {
			t.Errorf("%v: %d, %q, want %d, %q", c.signal, code, stderr.String(), c.code, want)
		}
	}
}
