package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"ecrmirror/testkit/programs"
)

// all makes every copy: so many at the same time, in the order of the table save that slow ones are
// begun first.
func (c *chaos) all(ctx context.Context, faults []fault) error {
	c.faults = faults
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, c.flags.atOnce)
	var work sync.WaitGroup
	ordered := slices.Clone(faults)
	slices.SortStableFunc(ordered, func(a, b fault) int { return order(a) - order(b) })
	for _, f := range ordered {
		if f.unresolvable() {
			c.unresolved = unresolved(ctx, f.sourceHost)
		}
		for _, t := range c.trials(f) {
			slots <- struct{}{}
			work.Go(func() {
				defer func() { <-slots }()
				if err := c.note(ctx, f, t); err != nil {
					cancel(err)
				}
			})
		}
	}
	work.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	slices.SortStableFunc(c.attempts, func(a, b attempt) int {
		return cmp.Or(cmp.Compare(a.Fault, b.Fault), cmp.Compare(a.Program, b.Program), a.Run-b.Run,
			cmp.Compare(a.Image, b.Image))
	})
	return nil
}

// A trial is a copy that is to be made: its run, from 1, and the program.
type trial struct {
	run     int
	program programs.Program
}

// trials returns the copies of a fault, in order. A request, which has a verdict for each image, is made a third as
// often.
func (c *chaos) trials(f fault) (list []trial) {
	runs := c.flags.runs
	if f.many {
		runs = (runs + 2) / 3
	}
	for run := range runs {
		for _, p := range c.programs {
			if p.Name == programs.Ours || f.forPeers() {
				list = append(list, trial{run + 1, p})
			}
		}
	}
	return list
}

// note makes a copy and notes how it ended, unless the run is over.
func (c *chaos) note(ctx context.Context, f fault, t trial) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	attempts, err := c.try(ctx, f, t.run, t.program)
	if err != nil {
		return fmt.Errorf("%s, %s: %w", f.id, t.program.Name, err)
	}
	for _, a := range attempts {
		c.add(a)
	}
	return nil
}

func order(f fault) int {
	if f.slow {
		return 0
	}
	return 1
}

// add notes how a copy ended. What ended wrongly is told at once.
func (c *chaos) add(a attempt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.attempts = append(c.attempts, a)
	if !c.flags.progress && (a.Outcome != wrong || a.Program != programs.Ours) {
		return
	}
	line := fmt.Sprintf("%-28s %-8s %d %-1s %-6s exit %3d  %6.2f s  %3d faults", a.Fault, a.Program, a.Run, a.Image,
		a.Outcome, a.Exit, a.Wall.Seconds(), a.Broke)
	if a.Size > 0 {
		line += fmt.Sprintf("  read %5.3f x", float64(a.Read)/float64(a.Size))
	}
	if a.Why != "" {
		line += "  " + a.Why
	}
	_, _ = fmt.Fprintln(c.stderr, line)
	if a.Output != "" && a.Program == programs.Ours {
		_, _ = fmt.Fprintln(c.stderr, "\t"+lastLine(a.Output))
	}
}

func lastLine(s string) string {
	return s[strings.LastIndexByte(strings.TrimSpace(s), '\n')+1:]
}
