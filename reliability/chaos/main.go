// Command chaos copies images while everything goes wrong that can: it breaks what the source
// and the destination answer, in one way a row, and says how each copy ended. There are two
// good ends: the destination is exact, or the error names its cause, the exit code says whether
// to try again, and the destination is as it was. Everything else is wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"ecrmirror/testkit/command"
	"ecrmirror/testkit/programs"
)

const usage = `chaos [FLAG...]

Copies images with this project's mirror, and with the peers found in bench/.peers/bin and PATH
(make bench-peers installs them), while connections break, servers fail, lie and forget; prints
two tables, and writes chaos.md and chaos.json. Exits with 1 if a copy of ours ended wrongly.

`

func main() {
	debug.SetGCPercent(400) // the servers make little garbage; collecting it less often leaves more to the programs
	command.Main("chaos", run)
}

// flags are the command line.
type flags struct {
	runs, atOnce          int
	faults, peers         string
	small, list, progress bool
	mirror, out           string
	timeout, peersTimeout time.Duration
}

func parseFlags(args []string, stderr io.Writer) (f flags, err error) {
	set := flag.NewFlagSet("chaos", flag.ContinueOnError)
	set.IntVar(&f.runs, "runs", 3, "`runs` of each fault by each program")
	set.IntVar(&f.atOnce, "at-once", 8, "`copies` at the same time, each between servers of its own")
	set.StringVar(&f.faults, "faults", "", "comma-separated `faults` (-list names them); a trailing * stands for the rest; by default all but the long ones")
	set.StringVar(&f.peers, "peers", "", "comma-separated `peers`, or none; by default all that are found")
	set.BoolVar(&f.small, "small", false, "small images, for seconds")
	set.BoolVar(&f.list, "list", false, "list the faults and the peers that are found")
	set.BoolVar(&f.progress, "progress", false, "say on standard error how each copy ended")
	set.StringVar(&f.mirror, "mirror", "", "the mirror `program`; by default it is built")
	set.StringVar(&f.out, "out", "bench/.out", "`directory` for chaos.md and chaos.json")
	set.DurationVar(&f.timeout, "timeout", 5*time.Minute, "`time` after which a copy of ours counts as hanging")
	set.DurationVar(&f.peersTimeout, "peers-timeout", time.Minute, "`time` after which a copy of a peer counts as hanging")
	if err := command.Parse(set, usage, args, stderr); err != nil {
		return f, err
	}
	if f.runs < 1 || f.atOnce < 1 {
		return f, errors.New("there is at least one run, and one at a time")
	}
	return f, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	faults, err := chosen(allFaults(), command.Split(f.faults), f.small)
	if err != nil {
		return err
	}
	peers, err := programs.Find(ctx, command.Split(f.peers))
	if err != nil {
		return err
	}
	if f.list {
		return list(stdout, faults, peers)
	}
	dir, err := os.MkdirTemp("", "chaos-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ours, measure, err := programs.Build(ctx, dir, f.mirror)
	if err != nil {
		return err
	}
	c := newChaos(f, dir, measure, append([]programs.Program{ours}, peers...), stderr)
	if err := c.all(ctx, faults); err != nil {
		return err
	}
	if err := c.report(stdout); err != nil {
		return err
	}
	if missed := c.missed(); len(missed) > 0 {
		return fmt.Errorf("not every copy of ours ended well:\n%s", strings.Join(missed, "\n"))
	}
	return nil
}

func list(w io.Writer, faults []fault, peers []programs.Program) error {
	for _, f := range faults {
		if _, err := fmt.Fprintf(w, "%-22s %s\n", f.id, f.title); err != nil {
			return err
		}
	}
	return programs.List(w, 22, peers)
}
