package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
)

const help = `Smoke tries the service in the AWS account of the environment: it deploys a
throw-away stack, mirrors 12 entries, pushes, breaks things, and removes everything
that it made, also when it is interrupted. It takes about 20 minutes and a dollar;
once in an account is enough.

  make smoke SMOKE=yes IMAGE=ACCOUNT.dkr.ecr.REGION.amazonaws.com/ecrmirror:TAG

The image must be in ECR of that region; settings go into CDK_FLAGS, as of make
deploy. Each step is a line:

  ok        as it should be
  FAILED    what happened
  not here  the endpoint, an emulator, lacks that; of AWS it counts as a failure
  skipped   a step that it needs did not go well

The exit code is 0 if all went well, 1 if something failed, 2 if it was called wrongly.
Make ends with 2 for both.

Usage: smoke [flags]

`

// flags are the command line.
type flags struct {
	assembly       string // directory with what make synth wrote
	keep           bool
	answers        string // directory; of an emulator only if it is given
	answersGiven   bool
	bucket, silent string
}

// parseFlags returns the command line. It writes the help to out, and returns [flag.ErrHelp], if that is asked for.
func parseFlags(args []string, out io.Writer) (f flags, err error) {
	set := flag.NewFlagSet("smoke", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&f.assembly, "assembly", "infra/cdk.out", "`directory` with what make synth wrote")
	set.BoolVar(&f.keep, "keep", false, "remove nothing at the end, but say how")
	set.StringVar(&f.answers, "answers", "infra/smoke/testdata/answers",
		"`directory` for what AWS answered, without identifiers; of an emulator only if it is given")
	set.StringVar(&f.bucket, "bucket", "",
		"`name` of a bucket for a template of more than 51,200 bytes (default: that of CDK's bootstrap stack)")
	set.StringVar(&f.silent, "silent", "192.0.2.1",
		"`host` where nothing answers, so that a job can be stopped at its work")
	err = set.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		set.SetOutput(out)
		_, _ = io.WriteString(out, help)
		set.PrintDefaults()
	case err == nil && set.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", set.Arg(0))
	}
	set.Visit(func(given *flag.Flag) { f.answersGiven = f.answersGiven || given.Name == "answers" })
	return f, err
}
