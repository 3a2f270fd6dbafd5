package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"ecrmirror/bench/result"
	"ecrmirror/testkit/machine"
	"ecrmirror/testkit/programs"
	"ecrmirror/testkit/slowregistry"
)

func sourceRepository(c benchCase) string { return "library/image-" + strings.ToLower(c.ID) }

// A bench runs cases and collects what they took.
type bench struct {
	flags      flags
	dir        string // for homes, and for ECR's blobs where there is no memory file system
	measure    string // the program that measures
	controller string // this project's other program; "" where no case is of it
	programs   []programs.Program
	budgets    bool // our program knows --memory-budget
	stderr     io.Writer
	images     *slowregistry.Images
	result     result.Run
}

func newBench(ctx context.Context, f flags, dir, measure string, list []programs.Program, stderr io.Writer) *bench {
	b := &bench{
		flags: f, dir: dir, measure: measure, programs: list, stderr: stderr, images: slowregistry.NewImages(),
		result: result.Run{
			Machine: machine.Here(), Versions: map[string]string{}, Quick: f.quick, Chosen: f.cases != "",
		},
		budgets: programs.Mentions(ctx, list[0].Path, "--memory-budget", "--help"),
	}
	for _, p := range list {
		b.result.Versions[p.Name] = p.Version
	}
	return b
}

// all runs the cases. Programs take turns within each round, so that what the machine
// does beside hits all alike.
func (b *bench) all(ctx context.Context, cases []benchCase) error {
	for _, c := range cases {
		if c.budget != "" && !b.budgets {
			b.result.Notes = append(b.result.Notes,
				fmt.Sprintf("%s: left out, this mirror has no --memory-budget", c.ID))
			continue
		}
		b.result.Cases = append(b.result.Cases, c.Case)
		want, err := b.put(c)
		if err != nil {
			return err
		}
		for round := range 100 {
			ran, err := b.round(ctx, c, want, round)
			if err != nil {
				return err
			}
			if !ran {
				break
			}
		}
	}
	return nil
}

// round has everybody copy whose turns are not over; it returns whether there was one.
func (b *bench) round(ctx context.Context, c benchCase, want contents, round int) (bool, error) {
	ran := false
	for _, t := range c.turns {
		rounds := t.rounds
		if b.flags.rounds > 0 {
			rounds = b.flags.rounds
		}
		if round >= rounds {
			continue
		}
		for _, p := range b.programs {
			if !t.has(p) || c.commands(p) == nil {
				continue
			}
			ran = true
			s, err := b.sample(ctx, c, want, p, t.setting)
			if ctx.Err() != nil {
				return false, context.Cause(ctx)
			}
			s.Round = round + 1
			if err != nil {
				s.Error = err.Error()
			}
			b.result.Samples = append(b.result.Samples, s)
			b.say(s)
		}
	}
	return ran, nil
}

// say tells about a sample; failures always.
func (b *bench) say(s result.Sample) {
	switch {
	case s.Error != "":
		_, _ = fmt.Fprintf(b.stderr, "%-10s %-8s %-8s round %d  FAILED: %s\n", s.Case, s.Program, s.Setting,
			s.Round, s.Error)
	case b.flags.progress:
		_, _ = fmt.Fprintf(b.stderr, "%-10s %-8s %-8s round %d  %6.2f s  cpu %6.2f s  peak %4d MiB  source %5.3f x\n",
			s.Case, s.Program, s.Setting, s.Round,
			s.Wall.Seconds(), s.CPU.Seconds(), s.PeakRSS>>20, float64(s.SourceSize)/float64(s.ImageSize))
	}
}

// memoryDir returns where files are kept in memory, or else dir.
func memoryDir(dir string) string {
	const shared = "/dev/shm"
	if info, err := os.Stat(shared); err == nil && info.IsDir() {
		return shared
	}
	return filepath.Clean(dir)
}
