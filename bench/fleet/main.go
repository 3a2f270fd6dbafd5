// Command fleet simulates a fleet of mirror jobs: it says how long a thousand stale tags take until all are current,
// and how much of a compute environment's time they cost, with jobs of many images and with a job for each.
//
// The controller's sweep is real, and so are the jobs: AWS Batch's stand-in runs the mirror program for each, which
// puts the images into ECR's. The time that jobs take is not: a virtual clock counts what containers take to start, and
// what a model of copying says.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"ecrmirror/testkit/command"
	"ecrmirror/testkit/programs"
)

// errMissed makes the exit code 1.
var errMissed = errors.New("a promise was missed")

func main() {
	env := os.Getenv                                    //nolint:forbidigo // the program's own
	if address := env(addressVariable); address != "" { // AWS Batch's stand-in has started this as a job
		os.Exit(job(address, env(mirrorVariable), os.Args[1:], os.Stdout, os.Stderr))
	}
	command.Main("bench/fleet", run)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	f, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-fleet-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := build(ctx, &f, dir); err != nil {
		return err
	}
	b := &bench{flags: f, dir: dir, out: stdout}
	began := time.Now()
	if err := b.all(ctx); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(stderr, "simulated in %.0f s\n", time.Since(began).Seconds())
	if b.missed {
		return errMissed
	}
	return nil
}

// build builds the programs that are not given.
func build(ctx context.Context, f *flags, dir string) error {
	for name, path := range map[string]*string{"controller": &f.controller, "mirror": &f.mirror} {
		if *path == "" {
			*path = filepath.Join(dir, name)
			if err := programs.GoBuild(ctx, *path, "ecrmirror/cmd/"+name); err != nil {
				return err
			}
		}
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = absolute
	}
	return nil
}
