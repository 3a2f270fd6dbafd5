package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"

	"ecrmirror/bench/result"
	"ecrmirror/testkit/programs"
	"ecrmirror/testkit/slowregistry"
)

// sample measures one copy, between servers of its own.
func (b *bench) sample(
	ctx context.Context, c benchCase, want contents, p programs.Program, setting string,
) (s result.Sample, err error) {
	s = result.Sample{
		Case: c.ID, Program: p.Name, Setting: setting, Destinations: max(c.destinations, 1), ImageSize: want.size,
		Images: len(want.names),
	}
	source, err := slowregistry.Start(ctx, b.images, c.source)
	if err != nil {
		return s, err
	}
	to, err := b.destination(ctx, c, p)
	if err != nil {
		return s, errors.Join(err, source.Close())
	}
	defer func() { err = errors.Join(err, to.close()) }()
	home, err := os.MkdirTemp(b.dir, "home-")
	if err != nil {
		return s, errors.Join(err, source.Close())
	}
	copying := &copying{
		bench: b, of: c, want: want, program: p, source: source, to: to,
		job: c.job(p, setting, home, source, to, want),
	}
	used, before, err := copying.run(ctx)
	err = errors.Join(err, source.Close()) // then its counts are final
	if err != nil {
		return s, err
	}
	after := countsOf(source, to)
	if err := errors.Join(to.verify(ctx, want, s.Destinations), os.RemoveAll(home)); err != nil {
		return s, fmt.Errorf("the copy is not exact: %w", err)
	}
	s.Wall, s.CPU, s.PeakRSS = used.Wall, used.CPU, used.PeakRSS
	s.SourceCalls, s.SourceSize = difference(after.sourceCalls, before.sourceCalls), after.sourceSize-before.sourceSize
	s.DestinationCalls, s.WrittenSize = difference(after.calls, before.calls), after.size-before.size
	return s, nil
}

// destination returns where a program copies to.
func (b *bench) destination(ctx context.Context, c benchCase, p programs.Program) (destination, error) {
	repositories := repositoryNames(c, max(c.destinations, 1))
	if c.ecr || c.sweep && p.Name == programs.Ours {
		return newECR(ctx, memoryDir(b.dir), c.quota, repositories)
	}
	return newRegistry(ctx, repositories)
}

// job returns what a program is asked to copy.
func (c benchCase) job(
	p programs.Program, setting, home string, source *slowregistry.Server, to destination, want contents,
) programs.Copy {
	job := programs.Copy{
		Path: p.Path, Home: home, Setting: setting, Budget: c.budget,
		Source: source.Host() + "/" + want.repository, Destinations: to.names(max(c.destinations, 1)),
		Environment: programs.Environment(home, home, append(to.environment(), c.environment...)),
	}
	if len(want.names) > 1 {
		job.Tags = want.names
		return job
	}
	job.Source += ":" + want.names[0]
	for i := range job.Destinations {
		job.Destinations[i] += ":" + want.names[0]
	}
	return job
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
