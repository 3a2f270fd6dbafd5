// Command controller measures the controller's sweep: thousands of entries in a table, over
// some hundred repositories of Amazon ECR and several source registries, all in this process and all
// some milliseconds away. It says how long each sweep took, how much memory, and which calls it
// made, as the stand-ins counted them, and whether that is what is promised.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"ecrmirror/testkit/command"
)

const usage = `controller [FLAG...]

Fills a table and registries on this machine, and runs the real controller on them:
  1 everything current, and no entry checked before
  2 the same again
  3 some entries stale
  4 the same at once, while the jobs are in flight
  5 with 5% of look-ups failing by 500, 429 and silence, and 20 malformed rows

`

// errMissed makes the exit code 1.
var errMissed = errors.New("a promise was missed")

// flags are the command line.
type flags struct {
	entries, repositories, registries, stale, page int
	delay                                          time.Duration
	controller                                     string
	healthy                                        bool
}

func main() {
	debug.SetGCPercent(400) // collecting garbage less often leaves more to the program
	command.Main("bench/controller", run)
}

func parseFlags(args []string, stderr io.Writer) (f flags, err error) {
	set := flag.NewFlagSet("controller", flag.ContinueOnError)
	set.IntVar(&f.entries, "n", 10_000, "`entries` of the table")
	set.IntVar(&f.repositories, "repositories", 200, "`repositories` that the destinations are in")
	set.IntVar(&f.registries, "registries", 5, "source `registries`")
	set.IntVar(&f.stale, "stale", 1_000, "`entries` that are made stale for the third sweep; 0 leaves out sweeps 3 and 4")
	set.IntVar(&f.page, "page", 2_000, "`items` in a page of a scan: DynamoDB's are of 1 MB")
	set.DurationVar(&f.delay, "delay", 20*time.Millisecond, "`time` that every call takes")
	set.StringVar(&f.controller, "controller", "", "the controller `program`; by default it is built")
	set.BoolVar(&f.healthy, "healthy", false, "leave out sweep 5, which takes a minute or two")
	if err := command.Parse(set, usage, args, stderr); err != nil {
		return f, err
	}
	if f.stale >= f.entries || f.repositories < 1 || f.registries < 1 {
		return f, errors.New("stale entries are fewer than entries, and there is a repository and a registry")
	}
	return f, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-controller-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	programs, err := build(ctx, dir, f.controller)
	if err != nil {
		return err
	}
	w, err := newWorld(ctx, f, dir)
	if err != nil {
		return err
	}
	defer w.close()
	began := time.Now()
	if err := w.seed(ctx); err != nil {
		return fmt.Errorf("seeding: %w", err)
	}
	_, _ = fmt.Fprintf(stderr, "seeded %d entries in %.0f s\n", f.entries, time.Since(began).Seconds())
	b := &bench{flags: f, world: w, programs: programs, out: stdout}
	if err := b.all(ctx); err != nil {
		return err
	}
	if b.missed {
		return errMissed
	}
	return nil
}
