package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"ecrmirror/bench/result"
	"ecrmirror/testkit/programs"
)

// A running is a contestant's turn.
type running struct {
	bench    *bench
	world    *world
	home     string
	commands [][]string
}

// prepare writes the contestant's files.
func (r *running) prepare(c contestant, p programs.Program) error {
	files := c.files(r.world.selection())
	paths, err := write(r.home, files)
	if err != nil {
		return err
	}
	r.bench.lines[key(c.program, c.setting)] = lines(files)
	r.commands = c.commands(call{path: p.Path, files: paths, to: r.world.to.Host()})
	return nil
}

// key names a program in a setting.
func key(program, setting string) string {
	if setting == programs.ByDefault {
		return program
	}
	return program + ", " + setting
}

// sample measures one run.
func (r *running) sample(ctx context.Context) (s result.Sample, err error) {
	limited, cancel := context.WithTimeoutCause(ctx, r.bench.flags.timeout,
		fmt.Errorf("took more than %s", r.bench.flags.timeout))
	defer cancel()
	before := r.world.counts(ctx)
	used, err := programs.RunAll(limited, r.bench.measure, programs.Environment(r.home, r.home, nil), r.commands)
	if err != nil {
		return s, err
	}
	after := r.world.counts(ctx)
	if err := r.world.verify(); err != nil {
		return s, fmt.Errorf("not exact: %w", err)
	}
	return result.Sample{
		Wall: used.Wall, CPU: used.CPU, PeakRSS: used.PeakRSS,
		Images: len(repositories()) * tagsEach, Destinations: 1, ImageSize: r.bench.contents.size,
		SourceCalls:      since(before.source.Calls, after.source.Calls),
		SourceSize:       sum(after.source.BytesRead) - sum(before.source.BytesRead),
		DestinationCalls: since(before.to.Calls, after.to.Calls),
		WrittenSize:      sum(after.to.BytesWritten) - sum(before.to.BytesWritten),
	}, nil
}

// write writes what a contestant is given to its home, and returns the paths.
func write(home string, files []file) (paths []string, err error) {
	for _, f := range files {
		path := filepath.Join(home, f.name)
		if err := os.WriteFile(path, []byte(f.text), 0o600); err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}
