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
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
)

const usage = `soak [FLAG...]

Mirrors generated images through one controller and several mirrors at a time, and measures
this process whenever it is at rest. It prints a table, writes soak.json, soak.md and soak.svg, and
fails if something grew.

`

// What the mirror program's own settings are (cmd/mirror), for all mirrors together.
const (
	budgetSize   = 64 << 20
	besideBudget = 32 << 20
	gcPercent    = 400
)

// flags are the command line.
type flags struct {
	images, every, mirrors int
	out                    string
	serve                  bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM) //nolint:forbidigo // the program's own
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench/soak:", err)
		stop()
		os.Exit(1)
	}
}

func parseFlags(args []string, stderr io.Writer) (f flags, err error) {
	set := flag.NewFlagSet("soak", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.IntVar(&f.images, "n", 1_000, "`images` to mirror")
	set.IntVar(&f.every, "every", 25, "`images` from one measurement to the next")
	set.IntVar(&f.mirrors, "mirrors", 8, "`mirrors` at a time")
	set.StringVar(&f.out, "out", "bench/.out", "`directory` for soak.json, soak.md and soak.svg")
	set.BoolVar(&f.serve, "serve", false, "be the registries and AWS's side, until standard input ends")
	set.Usage = func() {
		_, _ = io.WriteString(stderr, usage)
		set.PrintDefaults()
	}
	if err := set.Parse(args); err != nil {
		return f, err
	}
	if set.NArg() > 0 || f.images < 1 || f.every < 1 || f.mirrors < 1 {
		return f, errors.New("there are flags only, and their numbers are positive")
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
	debug.SetMemoryLimit(budgetSize + besideBudget)
	debug.SetGCPercent(gcPercent)
	s := &soak{flags: f, stderr: stderr}
	if err := s.run(ctx); err != nil {
		return err
	}
	if err := write(f.out, &s.result); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(stdout, "%s\nWritten to %s\n", markdown(&s.result), filepath.Join(f.out, "soak.json, soak.md, soak.svg")); err != nil {
		return err
	}
	return s.result.grown()
}
