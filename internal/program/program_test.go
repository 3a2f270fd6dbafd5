package program

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

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
		{"transient failure", Fail(fmt.Errorf("dialing: %w", syscall.ECONNREFUSED)), contract.ExitTransient, "prog: dialing: connection refused\n"},
		{"printed", NotPrinted(nil, nil), contract.ExitOK, ""},
		{"not printed", NotPrinted(nil, one), contract.ExitFailed, "prog: printing the result: one\n"},
		{"failures, not printed", NotPrinted(&Failure{Err: errors.Join(one, two), Transient: true}, one), contract.ExitTransient, "prog: one\nprog: two; lines\nprog: printing the result: one\n"},
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

func TestAWrongConfigurationIsWrongUsage(t *testing.T) {
	for _, c := range []struct {
		flags RegistryFlags
		want  string
	}{
		{RegistryFlags{insecure: []string{"r.io:5000", "http://r.io"}}, `insecure registry "http://r.io" is not HOST or HOST:PORT`},
		{RegistryFlags{authParameter: "/logins"}, "no AWS region: set AWS_REGION"},
		{RegistryFlags{template: templateFlag{document: "{"}}, "repository template MIRROR_REPOSITORY_TEMPLATE: not valid JSON: unexpected EOF"},
		{RegistryFlags{template: templateFlag{file: "/none", document: "{}"}}, "repository template: open /none: no such file or directory"},
	} {
		_, err := c.flags.Open(t.Context(), aws.Config{})
		if err == nil || err.Error() != c.want || ExitCode(err) != contract.ExitUsage {
			t.Errorf("%v, exit code %d, want %s", err, ExitCode(err), c.want)
		}
	}
}
