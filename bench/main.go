// Command bench copies generated images with this project's mirror and with the peers that
// are installed, under the same conditions, and says how long each took and what it used.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"ecrmirror/bench/programs"
	"ecrmirror/bench/report"
)

const usage = `bench [FLAG...]

Copies generated images from a throttled registry to one that checks digests, with this
project's mirror and with the peers found in bench/.peers/bin and PATH (make bench-peers
installs them), one after another; prints a table, and writes report.md, report.json and
chart.svg. Last it says for each promise of docs/performance.md whether this run kept it.

`

// errMissed makes the exit code 1 with -strict.
var errMissed = errors.New("a promise was missed (without -strict that is no failure)")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM) //nolint:forbidigo // the program's own
	defer stop()
	debug.SetGCPercent(400) // the servers make little garbage; collecting it less often leaves more to the programs
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err == nil:
	case errors.Is(err, flag.ErrHelp):
	default:
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

// flags are the command line.
type flags struct {
	quick, strict, progress, list bool
	cases, peers                  string
	rounds                        int
	mirror, out                   string
	timeout                       time.Duration
}

func parseFlags(args []string, stderr io.Writer) (flags, error) {
	var f flags
	set := flag.NewFlagSet("bench", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.BoolVar(&f.quick, "quick", false, "under 2 minutes: fewer rounds, the fastest peers only, case A with 256 MiB")
	set.StringVar(&f.cases, "cases", "", "comma-separated `cases` (-list names them); a trailing * stands for the rest; all by default")
	set.StringVar(&f.peers, "peers", "", "comma-separated `peers`, or none; by default all that are found, of -quick the fastest")
	set.IntVar(&f.rounds, "rounds", 0, "`rounds` of each case and program, instead of each case's own number")
	set.StringVar(&f.mirror, "mirror", "", "the mirror `program` to measure; by default it is built")
	set.StringVar(&f.out, "out", "bench/.out", "`directory` for report.md, report.json and chart.svg")
	set.BoolVar(&f.progress, "progress", false, "say on standard error what each copy took")
	set.BoolVar(&f.strict, "strict", false, "exit with 1 if a promise was missed")
	set.BoolVar(&f.list, "list", false, "list the cases and the peers that are found")
	set.DurationVar(&f.timeout, "timeout", 3*time.Minute, "`time` after which a copy is ended and counts as failed")
	set.Usage = func() {
		_, _ = io.WriteString(stderr, usage)
		set.PrintDefaults()
	}
	if err := set.Parse(args); err != nil {
		return f, err
	}
	if set.NArg() > 0 {
		return f, fmt.Errorf("unknown argument %q: there are flags only", set.Arg(0))
	}
	return f, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	peers, err := programs.Find(ctx, split(f.peers))
	if err != nil {
		return err
	}
	cases, err := chosen(allCases(f.quick), split(f.cases))
	if err != nil {
		return err
	}
	if f.list {
		return list(stdout, cases, peers)
	}
	mirror, measure, err := programs.Build(ctx, dir, f.mirror)
	if err != nil {
		return err
	}
	b := newBench(ctx, f, dir, measure, append([]programs.Program{mirror}, peers...), stderr)
	if err := b.all(ctx, cases); err != nil {
		return err
	}
	kept, err := report.Write(stdout, f.out, b.result)
	if err != nil {
		return err
	}
	if f.strict && !kept {
		return errMissed
	}
	return nil
}

// split splits a comma-separated list, of which "" is the empty one.
func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

func list(w io.Writer, cases []benchCase, peers []programs.Program) error {
	for _, c := range cases {
		if _, err := fmt.Fprintf(w, "%-14s %s\n", c.ID, c.Title); err != nil {
			return err
		}
	}
	for _, p := range peers {
		if _, err := fmt.Fprintf(w, "%-14s %s, %s\n", p.Name, p.Version, p.Path); err != nil {
			return err
		}
	}
	return nil
}
