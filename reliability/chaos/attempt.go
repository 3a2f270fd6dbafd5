package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ecrmirror/testkit/programs"
)

// try makes one copy and judges it: the image, or each of a request. An error is one of the test bed.
func (c *chaos) try(ctx context.Context, f fault, run int, p programs.Program) (list []attempt, err error) {
	a := attempt{Fault: f.id, Program: p.Name, Run: run}
	w, err := c.world(ctx, f)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	home, err := os.MkdirTemp(c.dir, "home-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	if run%2 == 0 {
		w.holdOld()
	}
	job := c.copyOf(w, p, home)
	if err := c.prepare(ctx, w, p, job); err != nil {
		return nil, err
	}
	if err := c.runBroken(ctx, w, p, job, &a); err != nil {
		return nil, err
	}
	list, err = c.judge(ctx, w, a, home)
	if err != nil || a.Exit != exitTransient || f.sourceHost != "" {
		return list, err
	}
	return list, c.again(ctx, w, p, job, list)
}

// prepare makes what the copy needs: a directory for temporary files, the image where its source is ECR, and what the
// program itself needs.
func (c *chaos) prepare(ctx context.Context, w *world, p programs.Program, job programs.Copy) error {
	if err := os.Mkdir(filepath.Join(job.Home, "tmp"), 0o755); err != nil {
		return err
	}
	if w.fault.way == fromECR {
		if err := w.fill(ctx, c.measure, c.ours, job.Environment); err != nil {
			return err
		}
	}
	if p.Prepare == nil {
		return nil
	}
	return p.Prepare(ctx, job)
}

// runBroken runs the program while things go wrong, and notes how often they did and what was read.
func (c *chaos) runBroken(ctx context.Context, w *world, p programs.Program, job programs.Copy, a *attempt) error {
	if err := w.breakAll(seedOf(a.Fault, a.Run)); err != nil {
		return err
	}
	a.Size = w.size
	before, faults := w.read(), w.broke()
	if err := c.runOnce(ctx, p, job, a); err != nil {
		return err
	}
	a.Read, a.Broke = w.read()-before, w.broke()-faults
	return w.mend()
}

// seedOf returns the seed by which faults are chosen: another for each fault and run, the same for all programs.
func seedOf(id string, run int) uint64 {
	hash := fnv.New64a()
	_, _ = fmt.Fprint(hash, id, run) // never fails
	return hash.Sum64()
}

// runOnce runs the program until it ends or hangs.
func (c *chaos) runOnce(ctx context.Context, p programs.Program, job programs.Copy, a *attempt) error {
	timeout := c.flags.peersTimeout
	if p.Name == programs.Ours {
		timeout = c.flags.timeout
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	began := time.Now()
	used, output, err := programs.Run(limited, c.measure, job.Environment, p.Commands(job)[0])
	a.Wall, a.PeakRSS, a.Exit = time.Since(began), used.PeakRSS, used.Exit
	if a.Exit != 0 || err != nil {
		a.Output = output
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case limited.Err() != nil:
		a.Hang, a.Exit = true, -1
		return nil
	}
	return err
}

// again runs what failed for now once more, when nothing goes wrong any more.
func (c *chaos) again(ctx context.Context, w *world, p programs.Program, job programs.Copy, list []attempt) error {
	if !slices.ContainsFunc(list, func(a attempt) bool { return a.Outcome == honest }) {
		return nil
	}
	var second attempt
	if err := c.runOnce(ctx, p, job, &second); err != nil {
		return err
	}
	err := w.exact(ctx)
	for n := range list {
		a := &list[n]
		switch {
		case a.Outcome != honest:
		case second.Exit != 0 || err != nil:
			a.Outcome, a.Why = wrong, fmt.Sprintf("run again without faults it failed: exit code %d, %v: %s", second.Exit,
				err, second.Output)
		default:
			a.Again = true
		}
	}
	return nil
}

// copyOf returns the copy that a program is to make.
func (c *chaos) copyOf(w *world, p programs.Program, home string) programs.Copy {
	return programs.Copy{
		Path: p.Path, Home: home, Setting: programs.ByDefault, Source: w.sourceName(), Destinations: w.destNames(),
		Environment: programs.Environment(home, filepath.Join(home, "tmp"), w.mirror),
	}
}
