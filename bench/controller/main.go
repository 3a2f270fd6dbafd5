// Command controller measures the controller's sweep: thousands of entries in a table, over
// some hundred repositories of Amazon ECR and several source registries, all in this process and all
// some milliseconds away. It says how long each sweep took, how much memory, and which calls it
// made, as the stand-ins counted them, and whether that is what is promised.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"ecrmirror/testkit/command"
)

// errMissed makes the exit code 1.
var errMissed = errors.New("a promise was missed")

func main() {
	debug.SetGCPercent(400) // collecting garbage less often leaves more to the program
	command.Main("bench/controller", run)
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
