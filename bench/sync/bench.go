package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"ecrmirror/bench/result"
	"ecrmirror/testkit/machine"
	"ecrmirror/testkit/programs"
)

// The situations, in the order in which a turn has them.
const (
	first     = "first"
	unchanged = "unchanged"
	moved     = "moved"
)

// A bench has programs mirror, and collects what that took.
type bench struct {
	flags    flags
	dir      string // for homes
	measure  string // the program that measures
	programs []programs.Program
	stderr   io.Writer
	contents *contents
	result   result.Run
	lines    map[string]int // of configuration, by program and setting
	start    result.Group   // of mirror that only prints its help
}

func newBench(f flags, dir, measure string, list []programs.Program, stderr io.Writer) (*bench, error) {
	c, err := newContents(f.layer)
	if err != nil {
		return nil, err
	}
	b := &bench{
		flags: f, dir: dir, measure: measure, programs: list, stderr: stderr, contents: c, lines: map[string]int{},
		result: result.Run{
			Machine: machine.Here(), Versions: map[string]string{},
			Cases: []result.Case{
				{ID: first, Title: "the destination is empty"},
				{ID: unchanged, Title: "everything is there"},
				{ID: moved, Title: "one tag of the 40 has moved"},
			},
		},
	}
	for _, p := range list {
		b.result.Versions[p.Name] = p.Version
	}
	return b, nil
}

// all has the programs take turns, so that what the machine does beside hits all alike.
func (b *bench) all(ctx context.Context) error {
	for round := range max(b.flags.rounds, b.flags.slowRounds) {
		for _, c := range contestants() {
			n := slices.IndexFunc(b.programs, func(p programs.Program) bool { return p.Name == c.program })
			if n < 0 || c.slow && round >= b.flags.slowRounds || !c.slow && round >= b.flags.rounds {
				continue
			}
			if err := b.turn(ctx, c, b.programs[n], round+1); err != nil {
				return err
			}
		}
		if err := b.help(ctx); err != nil {
			return err
		}
	}
	return nil
}

// turn has one contestant mirror in all situations, one after another, to one destination. One that has failed does not
// go on.
func (b *bench) turn(ctx context.Context, c contestant, p programs.Program, round int) (err error) {
	w, err := newWorld(ctx, b.contents, b.flags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	home, err := os.MkdirTemp(b.dir, "home-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	r := &running{bench: b, world: w, home: home}
	if err := r.prepare(c, p); err != nil {
		return err
	}
	for _, situation := range []string{first, unchanged, moved} {
		if situation == moved {
			back, err := b.contents.move()
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, back()) }()
		}
		s, failed := r.sample(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		s.Case, s.Program, s.Setting, s.Round = situation, c.program, c.setting, round
		if failed != nil {
			s.Error = failed.Error()
		}
		b.result.Samples = append(b.result.Samples, s)
		b.say(s)
		if failed != nil {
			break
		}
	}
	return nil
}

// say tells about a sample; failures always.
func (b *bench) say(s result.Sample) {
	switch {
	case s.Error != "":
		_, _ = fmt.Fprintf(b.stderr, "%-9s %-7s %-19s round %d  FAILED: %s\n", s.Case, s.Program, s.Setting, s.Round, s.Error)
	case b.flags.progress:
		_, _ = fmt.Fprintf(b.stderr, "%-9s %-7s %-19s round %d  %6.3f s  cpu %5.2f s\n", s.Case, s.Program, s.Setting,
			s.Round, s.Wall.Seconds(), s.CPU.Seconds())
	}
}

// help measures how long mirror takes to start, and to do nothing.
func (b *bench) help(ctx context.Context) error {
	for range 5 {
		used, err := programs.RunAll(ctx, b.measure, programs.Environment(b.dir, b.dir, nil),
			[][]string{{b.programs[0].Path, "sync", "-h"}})
		if err != nil {
			return err
		}
		b.start.Samples = append(b.start.Samples, result.Sample{Wall: used.Wall, CPU: used.CPU})
	}
	return nil
}
