// Command controller measures the controller's sweep: thousands of entries in a table, or a hundred selections of a
// thousand tags each, over some hundred repositories of Amazon ECR and several source registries, all in this process
// and all some milliseconds away. It says how long each sweep took, how much memory, and which calls it made, as the
// stand-ins counted them, and whether that is what is promised.
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
	missed := false
	for _, part := range []struct {
		content content
		sweeps  func(*bench, context.Context) error
	}{
		{content{images: f.entries}, (*bench).entries},
		{content{images: f.selections * f.tags, tags: f.tags}, (*bench).selections},
	} {
		if part.content.images == 0 {
			continue
		}
		b := &bench{flags: f, programs: programs, out: stdout}
		if err := b.filled(ctx, part.content, dir, stderr, part.sweeps); err != nil {
			return err
		}
		missed = missed || b.missed
	}
	if missed {
		return errMissed
	}
	return nil
}

// filled runs sweeps in a world that has that content.
func (b *bench) filled(
	ctx context.Context, c content, parent string, stderr io.Writer, sweeps func(*bench, context.Context) error,
) error {
	dir, err := os.MkdirTemp(parent, "world-")
	if err != nil {
		return err
	}
	if b.world, err = newWorld(ctx, b.flags, c, dir); err != nil {
		return err
	}
	defer b.world.close()
	began := time.Now()
	if err := b.world.seed(ctx); err != nil {
		return fmt.Errorf("seeding: %w", err)
	}
	_, _ = fmt.Fprintf(stderr, "seeded %d images in %.0f s\n", c.images, time.Since(began).Seconds())
	return sweeps(b, ctx)
}
