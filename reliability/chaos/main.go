// Command chaos copies images while everything goes wrong that can: it breaks what the source
// and the destination answer, in one way a row, and says how each copy ended. There are two
// good ends: the destination is exact, or the error names its cause, the exit code says whether
// to try again, and the destination is as it was. Everything else is wrong.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"ecrmirror/testkit/command"
	"ecrmirror/testkit/programs"
)

func main() {
	debug.SetGCPercent(400) // the servers make little garbage; collecting it less often leaves more to the programs
	command.Main("chaos", execute)
}

func execute(ctx context.Context, args []string, stdout, stderr io.Writer) error {
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
		return listFaults(stdout, faults, peers)
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
	return c.run(ctx, faults, stdout)
}

// run makes the copies and reports them. It returns an error unless every copy of ours ended well.
func (c *chaos) run(ctx context.Context, faults []fault, stdout io.Writer) error {
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

func listFaults(w io.Writer, faults []fault, peers []programs.Program) error {
	for _, f := range faults {
		if _, err := fmt.Fprintf(w, "%-22s %s\n", f.id, f.title); err != nil {
			return err
		}
	}
	return programs.List(w, 22, peers)
}
