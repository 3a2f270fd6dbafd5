package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"ecrmirror/testkit/programs"
	"ecrmirror/testkit/slowregistry"
)

// A chaos makes copies and collects how they ended.
type chaos struct {
	flags    flags
	dir      string // for homes
	measure  string // the program that measures
	ours     programs.Program
	programs []programs.Program
	stderr   io.Writer
	images   *slowregistry.Images

	unresolved end // of copies from a host whose name does not resolve
	faults     []fault

	mu       sync.Mutex
	attempts []attempt
}

func newChaos(f flags, dir, measure string, list []programs.Program, stderr io.Writer) *chaos {
	return &chaos{flags: f, dir: dir, measure: measure, ours: list[0], programs: list, stderr: stderr, images: slowregistry.NewImages()}
}

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
		if f.id == "dns" {
			c.unresolved = unresolved(ctx, f.sourceHost)
		}
		for run := range c.flags.runs {
			for _, p := range c.programs {
				if p.Name != programs.Ours && !f.forPeers() {
					continue
				}
				slots <- struct{}{}
				work.Go(func() {
					defer func() { <-slots }()
					if ctx.Err() != nil {
						return
					}
					a, err := c.try(ctx, f, run+1, p)
					if err != nil {
						cancel(fmt.Errorf("%s, %s: %w", f.id, p.Name, err))
						return
					}
					c.add(a)
				})
			}
		}
	}
	work.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	slices.SortStableFunc(c.attempts, func(a, b attempt) int {
		return cmp.Or(cmp.Compare(a.Fault, b.Fault), cmp.Compare(a.Program, b.Program), a.Run-b.Run)
	})
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
	line := fmt.Sprintf("%-22s %-8s %d  %-6s exit %3d  %6.2f s  %3d faults  read %5.3f x", a.Fault, a.Program, a.Run, a.Outcome, a.Exit, a.Wall.Seconds(), a.Broke, float64(a.Read)/float64(a.Size))
	if a.Why != "" {
		line += "  " + a.Why
	}
	_, _ = fmt.Fprintln(c.stderr, line)
	if a.Output != "" && a.Program == programs.Ours {
		_, _ = fmt.Fprintln(c.stderr, "\t"+lastLine(a.Output))
	}
}

// missed returns what of ours is not as it should be: copies that ended wrongly, and too many bytes read.
func (c *chaos) missed() (list []string) {
	for _, a := range c.attempts {
		if a.Program == programs.Ours && a.Outcome == wrong {
			list = append(list, fmt.Sprintf("%s, run %d: %s", a.Fault, a.Run, a.Why))
		}
	}
	for _, f := range c.faults {
		if t := c.tally(f, programs.Ours); f.extra > 0 && t.extra > f.extra {
			list = append(list, fmt.Sprintf("%s: %.1f%% of the image's bytes were read again, %.0f%% are promised", f.id, 100*t.extra, 100*f.extra))
		}
	}
	return list
}

// A tally sums up the copies of one fault by one program.
type tally struct {
	runs, exact, honest, wrong, hangs, again int
	broke                                    int64
	extra                                    float64 // bytes read beyond the image's, in images, mean of the exact copies
	worst                                    time.Duration
	why                                      []string
}

func (c *chaos) tally(f fault, program string) (t tally) {
	var read, size int64
	for _, a := range c.attempts {
		if a.Fault != f.id || a.Program != program {
			continue
		}
		t.runs++
		t.broke += a.Broke
		t.worst = max(t.worst, a.Wall)
		switch a.Outcome {
		case exact:
			t.exact++
			read, size = read+a.Read, size+a.Size
		case honest:
			t.honest++
		default:
			t.wrong++
			t.why = append(t.why, a.Why)
		}
		if a.Hang {
			t.hangs++
		}
		if a.Again {
			t.again++
		}
	}
	if size > 0 {
		t.extra = float64(read)/float64(size) - 1
	}
	return t
}
