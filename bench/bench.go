package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ecrmirror/bench/result"
	"ecrmirror/testkit/machine"
	"ecrmirror/testkit/programs"
	"ecrmirror/testkit/slowregistry"
)

// tag is every image's, at both ends.
const tag = "1"

func sourceRepository(c benchCase) string { return "library/image-" + strings.ToLower(c.ID) }

// A bench runs cases and collects what they took.
type bench struct {
	flags    flags
	dir      string // for homes, and for ECR's blobs where there is no memory file system
	measure  string // the program that measures
	programs []programs.Program
	budgets  bool // our program knows --memory-budget
	stderr   io.Writer
	images   *slowregistry.Images
	result   result.Run
}

func newBench(ctx context.Context, f flags, dir, measure string, list []programs.Program, stderr io.Writer) *bench {
	b := &bench{
		flags: f, dir: dir, measure: measure, programs: list, stderr: stderr, images: slowregistry.NewImages(),
		result:  result.Run{Machine: machine.Here(), Versions: map[string]string{}, Quick: f.quick},
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
		contents, err := b.images.Put(sourceRepository(c), tag, c.image)
		if err != nil {
			return err
		}
		for round := range 100 {
			ran, err := b.round(ctx, c, contents, round)
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
func (b *bench) round(ctx context.Context, c benchCase, contents slowregistry.Contents, round int) (bool, error) {
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
			if p.Name != t.program && (t.program != "*" || p.Name == programs.Ours) ||
				!slices.Contains(p.Settings, t.setting) {
				continue
			}
			ran = true
			s, err := b.sample(ctx, c, contents, p, t.setting)
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

// sample measures one copy, between servers of its own.
func (b *bench) sample(
	ctx context.Context, c benchCase, contents slowregistry.Contents, p programs.Program, setting string,
) (s result.Sample, err error) {
	s = result.Sample{
		Case: c.ID, Program: p.Name, Setting: setting, Destinations: max(c.destinations, 1), ImageSize: contents.Size,
	}
	source, err := slowregistry.Start(ctx, b.images, c.source)
	if err != nil {
		return s, err
	}
	to, err := b.destination(ctx, c)
	if err != nil {
		return s, errors.Join(err, source.Close())
	}
	defer func() { err = errors.Join(err, to.close()) }()
	home, err := os.MkdirTemp(b.dir, "home-")
	if err != nil {
		return s, errors.Join(err, source.Close())
	}
	job := programs.Copy{
		Path: p.Path, Home: home, Setting: setting, Budget: c.budget,
		Source: source.Host() + "/" + sourceRepository(c) + ":" + tag, Destinations: to.names(s.Destinations),
		Environment: programs.Environment(home, home, to.environment()),
	}
	used, before, err := b.copy(ctx, c, p, job, source, to)
	err = errors.Join(err, source.Close()) // then its counts are final
	if err != nil {
		return s, err
	}
	after := countsOf(source, to)
	if err := errors.Join(to.verify(ctx, contents, s.Destinations), os.RemoveAll(home)); err != nil {
		return s, fmt.Errorf("the copy is not exact: %w", err)
	}
	s.Wall, s.CPU, s.PeakRSS = used.Wall, used.CPU, used.PeakRSS
	s.SourceCalls, s.SourceSize = difference(after.sourceCalls, before.sourceCalls), after.sourceSize-before.sourceSize
	s.DestinationCalls, s.WrittenSize = difference(after.calls, before.calls), after.size-before.size
	return s, nil
}

// counts are what was counted at both ends.
type counts struct {
	sourceCalls map[string]int64
	sourceSize  int64
	calls       map[string]int64
	size        int64
}

func countsOf(source *slowregistry.Server, to destination) counts {
	from, at := source.Counts(), to.counts()
	return counts{from.Calls, sumOf(from.BytesRead), at.calls, at.size}
}

// copy has the program make the copy, twice if the second is the one that counts, and
// returns what it used and the counts before it.
func (b *bench) copy(
	ctx context.Context, c benchCase, p programs.Program, job programs.Copy, source *slowregistry.Server,
	to destination,
) (programs.Total, counts, error) {
	if p.Prepare != nil {
		if err := p.Prepare(ctx, job); err != nil {
			return programs.Total{}, counts{}, err
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, b.flags.timeout, fmt.Errorf("took more than %s", b.flags.timeout))
	defer cancel()
	if c.again {
		if _, err := programs.RunAll(ctx, b.measure, job.Environment, p.Commands(job)); err != nil {
			return programs.Total{}, counts{}, err
		}
	}
	before := countsOf(source, to)
	used, err := programs.RunAll(ctx, b.measure, job.Environment, p.Commands(job))
	return used, before, err
}

func difference(after, before map[string]int64) map[string]int64 {
	d := map[string]int64{}
	for name, n := range after {
		if n -= before[name]; n != 0 {
			d[name] = n
		}
	}
	return d
}

func sumOf(m map[string]int64) int64 {
	var n int64
	for v := range maps.Values(m) {
		n += v
	}
	return n
}

// memoryDir returns where files are kept in memory, or else dir.
func memoryDir(dir string) string {
	const shared = "/dev/shm"
	if info, err := os.Stat(shared); err == nil && info.IsDir() {
		return shared
	}
	return filepath.Clean(dir)
}
