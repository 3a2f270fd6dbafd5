package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"ecrmirror/testkit/programs"
)

// try makes one copy and judges it. An error is one of the test bed.
func (c *chaos) try(ctx context.Context, f fault, run int, p programs.Program) (a attempt, err error) {
	a = attempt{Fault: f.id, Program: p.Name, Run: run}
	w, err := c.world(ctx, f)
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	home, err := os.MkdirTemp(c.dir, "home-")
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	if run%2 == 0 {
		w.holdOld()
	}
	job := c.copyOf(w, p, home)
	if err := c.prepare(ctx, w, p, job); err != nil {
		return a, err
	}
	if err := c.runBroken(ctx, w, p, job, &a); err != nil {
		return a, err
	}
	if err := c.judge(ctx, w, &a, home); err != nil || a.Outcome != honest || a.Exit != exitTransient ||
		f.sourceHost != "" {
		return a, err
	}
	return a, c.again(ctx, w, p, job, &a)
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
	a.Size = w.contents.Size
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
func (c *chaos) again(ctx context.Context, w *world, p programs.Program, job programs.Copy, a *attempt) error {
	var second attempt
	if err := c.runOnce(ctx, p, job, &second); err != nil {
		return err
	}
	err := w.exact(ctx)
	if second.Exit != 0 || err != nil {
		a.Outcome, a.Why = wrong, fmt.Sprintf("run again without faults it failed: exit code %d, %v: %s", second.Exit,
			err, second.Output)
		return nil
	}
	a.Again = true
	return nil
}

// copyOf returns the copy that a program is to make.
func (c *chaos) copyOf(w *world, p programs.Program, home string) programs.Copy {
	return programs.Copy{
		Path: p.Path, Home: home, Setting: programs.ByDefault, Source: w.sourceName(), Destinations: w.destNames(),
		Environment: programs.Environment(home, filepath.Join(home, "tmp"), w.mirror),
	}
}

var crash = regexp.MustCompile(`(?m)^panic: |^goroutine \d+ \[|^fatal error: |DATA RACE`)

// judge says how a copy of ours or a peer's ended.
func (c *chaos) judge(ctx context.Context, w *world, a *attempt, home string) error {
	a.Outcome = wrong
	switch {
	case a.Hang:
		a.Why = "it hangs"
	case crash.MatchString(a.Output):
		a.Why = "it crashed"
	case a.Exit == 0:
		a.Outcome, a.Why = verdict(w.exact(ctx), exact)
	default:
		a.Outcome, a.Why = verdict(w.untouched(ctx), honest)
	}
	if a.Outcome == wrong || a.Program != programs.Ours {
		return nil
	}
	left, err := leftIn(filepath.Join(home, "tmp"))
	if err != nil {
		return err
	}
	ending := w.fault.ending()
	if w.fault.id == "dns" {
		ending = c.unresolved
	}
	if a.Why = ending.objection(*a, w.fault.cause); left != "" {
		a.Why = "it left " + left + " behind"
	}
	if a.Why != "" {
		a.Outcome = wrong
	}
	return nil
}

// objection returns why a copy of ours may not end as it did, or "". An error must match cause.
func (e end) objection(a attempt, cause string) string {
	switch {
	case a.Outcome == exact && !e.exact:
		return "it cannot have worked"
	case a.Outcome == honest && len(e.codes) == 0:
		return "nothing is worth failing for"
	case a.Outcome == honest && !slices.Contains(e.codes, a.Exit):
		return fmt.Sprintf("exit code %d, want %v", a.Exit, e.codes)
	case a.Outcome == honest && (cause == "" || !regexp.MustCompile(cause).MatchString(a.Output)):
		return "the error does not name the cause"
	}
	return ""
}

// verdict returns the outcome, or wrong and why.
func verdict(err error, otherwise outcome) (outcome, string) {
	if err != nil {
		return wrong, err.Error()
	}
	return otherwise, ""
}

// leftIn returns the names of what is in a directory.
func leftIn(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, ", "), err
}
