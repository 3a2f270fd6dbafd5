// Command preflight says whether the service can be deployed to an AWS account, and what is to be
// done before if it cannot. It reads only. make preflight runs it on what make synth wrote.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"ecrmirror/infra/assembly"
	"ecrmirror/infra/awsconfig"
	"ecrmirror/infra/preflight/checks"
	"ecrmirror/internal/printable"
)

const help = `Preflight says whether the service can be deployed to the AWS account of the
environment, and what is to be done before if it cannot. It only reads.

  make preflight
  make preflight CDK_FLAGS='-c network=private -c image=ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG'

Settings are those of make deploy. Each line of the report is one of

  ok   WHAT: as it must be
  FIX  WHAT: what is wrong, and what to do
  ?    WHAT: why it could not be asked, and the permission that it takes

The exit code is 0 if there is nothing to FIX, 1 if there is, or if something could
not be asked because these credentials may not or no answer came, 2 if it was called
wrongly. What the endpoint, an emulator, does not have counts for nothing. Make ends
with 2 whatever it was; go run ./infra/preflight, after make synth, with 1.

Usage: preflight [flags]

`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run writes the report to out, and returns the exit code.
func run(ctx context.Context, args []string, out, problems io.Writer) int {
	fail := func(code int, text string) int {
		_, _ = fmt.Fprintln(problems, "preflight:", text)
		return code
	}
	dir, err := parseFlags(args, out)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return fail(2, err.Error()+"; run it with -h for help")
	}
	stack, err := assembly.Read(dir)
	if err != nil {
		return fail(2, printable.Line(err.Error()))
	}
	tally, err := report(ctx, stack, out)
	switch {
	case err != nil:
		return fail(1, printable.Line(err.Error()))
	case !tally.Clear():
		return 1
	}
	return 0
}

// parseFlags returns the directory with what make synth wrote. It writes the help to out, and returns [flag.ErrHelp],
// if that is asked for.
func parseFlags(args []string, out io.Writer) (dir string, err error) {
	set := flag.NewFlagSet("preflight", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&dir, "assembly", "infra/cdk.out", "`directory` with what make synth wrote")
	err = set.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		set.SetOutput(out)
		_, _ = io.WriteString(out, help)
		set.PrintDefaults()
	case err == nil && set.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q: settings go after make preflight CDK_FLAGS=", set.Arg(0))
	}
	return dir, err
}

// report makes all checks and returns what they found.
func report(ctx context.Context, stack assembly.Stack, out io.Writer) (checks.Tally, error) {
	cfg, err := awsconfig.Load(ctx, stack.Region)
	if err != nil {
		return checks.Tally{}, err
	}
	var findings []checks.Finding
	tell := func(list ...checks.Finding) error {
		findings = append(findings, list...)
		return checks.Print(out, list)
	}
	w, first := checks.Begin(ctx, stack, cfg.Region, clients(cfg))
	if err := tell(first); err != nil {
		return checks.Tally{}, err
	}
	if first.State == checks.OK {
		for _, check := range checks.All() {
			if err := ctx.Err(); err != nil {
				return checks.Tally{}, errors.New("interrupted")
			}
			if err := tell(check(ctx, w)...); err != nil {
				return checks.Tally{}, err
			}
		}
	}
	tally := checks.Count(findings)
	_, err = fmt.Fprintf(out, "\n%s\n", tally)
	return tally, err
}
