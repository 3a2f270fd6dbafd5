// Command soak has one long-lived controller and several mirrors at a time bring a thousand images to two
// destinations each, in one process, and says whether that process ends where it began: resident memory, what is
// live on the heap, goroutines and file descriptors. The registries and AWS's side run in a process of their own.
//
// For a part of the images calls are throttled, connections reset and replies lost.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"ecrmirror/internal/memlimit"
	"ecrmirror/testkit/command"
)

const usage = `soak [FLAG...]

Mirrors generated images through one controller and several mirrors at a time, and measures
this process whenever it is at rest. It prints a table, writes soak.json, soak.md and soak.svg, and
fails if something grew.

`

// budgetSize is the mirror program's own default, for all mirrors together.
const budgetSize = 64 << 20

// flags are the command line.
type flags struct {
	images, every, mirrors int
	out                    string
	serve                  bool
}

func main() { command.Main("reliability/soak", run) }

func parseFlags(args []string, stderr io.Writer) (f flags, err error) {
	set := flag.NewFlagSet("soak", flag.ContinueOnError)
	set.IntVar(&f.images, "n", 1_000, "`images` to mirror")
	set.IntVar(&f.every, "every", 25, "`images` from one measurement to the next")
	set.IntVar(&f.mirrors, "mirrors", 8, "`mirrors` at a time")
	set.StringVar(&f.out, "out", "bench/.out", "`directory` for soak.json, soak.md and soak.svg")
	set.BoolVar(&f.serve, "serve", false, "be the registries and AWS's side, until standard input ends")
	if err := command.Parse(set, usage, args, stderr); err != nil {
		return f, err
	}
	if f.images < 1 || f.every < 1 || f.mirrors < 1 {
		return f, errors.New("numbers are positive")
	}
	return f, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	if f.serve {
		return serve(ctx, f, os.Stdin, stdout)
	}
	memlimit.ForCopy(budgetSize, 0, func(string) string { return "" }) // as cmd/mirror is
	s := &soak{flags: f, stderr: stderr}
	if err := s.run(ctx); err != nil {
		return err
	}
	if err := write(f.out, &s.result); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(stdout, "%s\nWritten to %s\n", markdown(&s.result),
		filepath.Join(f.out, "soak.json, soak.md, soak.svg")); err != nil {
		return err
	}
	return s.result.grown()
}
