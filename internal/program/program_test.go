package program

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/pflag"

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

func TestRolesComeFromTheFlagOrTheEnvironment(t *testing.T) {
	one, two := "111122223333=arn:aws:iam::111122223333:role/mirror,er", "444455556666=arn:aws:iam::444455556666:role/mirror#an,id"
	for _, c := range []struct {
		args []string
		env  string
		want []string
	}{
		{nil, "", nil},
		{nil, " , ", nil},
		{nil, one, []string{one}},
		{nil, one + ",\n " + two + ",", []string{one, two}},
		{nil, "nonsense," + one, []string{"nonsense", one}},
		{[]string{"--assume-role", two, "--assume-role=" + one}, "nonsense", []string{two, one}},
	} {
		var f RegistryFlags
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		f.Add(flags, func(name string) string { return map[string]string{contract.EnvAssumeRoles: c.env}[name] })
		if err := flags.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		if got := f.roleSpecs(); !slices.Equal(got, c.want) {
			t.Errorf("%q, %q: %q, want %q", c.args, c.env, got, c.want)
		}
		if strings.Contains(flags.FlagUsages(), "an,id") {
			t.Error("the help shows an external id")
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
		{RegistryFlags{authSecrets: []string{"logins"}}, "no AWS region: set AWS_REGION"},
		{RegistryFlags{roles: []string{"1=arn#hidden"}}, `role "1=arn" is not ACCOUNT=ARN, as in 123456789012=arn:aws:iam::123456789012:role/mirror (with an external id: ACCOUNT=ARN#ID)`},
		{RegistryFlags{template: templateFlag{document: "{"}}, "repository template MIRROR_REPOSITORY_TEMPLATE: not valid JSON: unexpected EOF"},
		{RegistryFlags{template: templateFlag{file: "/none", document: "{}"}}, "repository template: open /none: no such file or directory"},
	} {
		_, err := c.flags.Open(t.Context(), aws.Config{}, nil, nil)
		if err == nil || err.Error() != c.want || ExitCode(err) != contract.ExitUsage {
			t.Errorf("%v, exit code %d, want %s", err, ExitCode(err), c.want)
		}
	}
}
