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
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"ecrmirror/bench/report"
	"ecrmirror/testkit/command"
	"ecrmirror/testkit/programs"
)

const usage = `bench [FLAG...]

Copies generated images from a throttled registry to one that checks digests, with this
project's mirror and with the peers found in bench/.peers/bin and PATH (make bench-peers
installs them), one after another; prints a table, and writes report.md, report.json and
chart.svg. Last it says for each promise of docs/performance.md whether this run kept it.

The cases R* are of many tags of one repository, which peers copy as they do by default, and
16 and 32 wide: tags side by side. make bench-tags runs them.
  R200             200 tags of a tiny layer each, for the first time
  R200-ecr         the same to the ECR API, which takes 10 PutImage a second
  R200-ecr-raised  the same where that quota was raised to 1,000
  R-shared         60 tags of 6 layers of 4 MiB, of which neighbours share 4
  R-same           1,000 tags that are there already: a sweep of the controller with one
                   selection, to the ECR API, beside regsync once, to a registry

`

// errMissed makes the exit code 1 with -strict.
var errMissed = errors.New("a promise was missed (without -strict that is no failure)")

func main() {
	debug.SetGCPercent(400) // the servers make little garbage; collecting it less often leaves more to the programs
	command.Main("bench", run)
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
	set.BoolVar(&f.quick, "quick", false, "under 2 minutes: fewer rounds, the fastest peers only, case A with 256 MiB")
	set.StringVar(&f.cases, "cases", "",
		"comma-separated `cases` (-list names them); a trailing * stands for the rest; by default all but R*")
	set.StringVar(&f.peers, "peers", "",
		"comma-separated `peers`, or none; by default all that are found, of -quick the fastest")
	set.IntVar(&f.rounds, "rounds", 0, "`rounds` of each case and program, instead of each case's own number")
	set.StringVar(&f.mirror, "mirror", "", "the mirror `program` to measure; by default it is built")
	set.StringVar(&f.out, "out", "bench/.out", "`directory` for report.md, report.json and chart.svg")
	set.BoolVar(&f.progress, "progress", false, "say on standard error what each copy took")
	set.BoolVar(&f.strict, "strict", false, "exit with 1 if a promise was missed")
	set.BoolVar(&f.list, "list", false, "list the cases and the peers that are found")
	set.DurationVar(&f.timeout, "timeout", 3*time.Minute, "`time` after which a copy is ended and counts as failed")
	return f, command.Parse(set, usage, args, stderr)
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
	peers, err := findPeers(ctx, command.Split(f.peers))
	if err != nil {
		return err
	}
	cases, err := chosen(allCases(f.quick), command.Split(f.cases))
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
	if err := b.buildController(ctx, dir, cases); err != nil {
		return err
	}
	return b.run(ctx, cases, stdout)
}

// findPeers returns the peers that are installed: those that are named, or all. Unless it is named, regsync copies
// whole repositories alone: for single images it has regctl's engine.
func findPeers(ctx context.Context, names []string) ([]programs.Program, error) {
	peers, err := programs.Find(ctx, names)
	if err != nil || len(names) > 0 {
		return peers, err
	}
	regsync, err := programs.Find(ctx, []string{"regsync"})
	if err != nil {
		return peers, nil //nolint:nilerr // it is not installed
	}
	regsync[0].Commands = nil
	return append(peers, regsync[0]), nil
}

// buildController builds this project's other program, if a case is of it.
func (b *bench) buildController(ctx context.Context, dir string, cases []benchCase) error {
	if !slices.ContainsFunc(cases, func(c benchCase) bool { return c.sweep }) {
		return nil
	}
	b.controller = filepath.Join(dir, "controller")
	return programs.GoBuild(ctx, b.controller, "ecrmirror/cmd/controller")
}

// run runs the cases and reports what they took.
func (b *bench) run(ctx context.Context, cases []benchCase, stdout io.Writer) error {
	if err := b.all(ctx, cases); err != nil {
		return err
	}
	kept, err := report.Write(stdout, b.flags.out, b.result)
	if err != nil {
		return err
	}
	if b.flags.strict && !kept {
		return errMissed
	}
	return nil
}

func list(w io.Writer, cases []benchCase, peers []programs.Program) error {
	for _, c := range cases {
		if _, err := fmt.Fprintf(w, "%-14s %s\n", c.ID, c.Title); err != nil {
			return err
		}
	}
	return programs.List(w, 14, peers)
}
