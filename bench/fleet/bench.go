package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// A scenario is how images fail, and by how many times jobs of several images are promised to be better then.
type scenario struct {
	title         string
	how           failure
	sooner, fewer float64 // until all are current; vCPU-seconds
}

// scenarios are what is simulated.
func scenarios(failing int) []scenario {
	all := []scenario{{"no image fails", none, 8, 10}}
	if failing > 0 {
		all = append(all,
			scenario{fmt.Sprintf("%d%% of images fail at their first attempt", failing), once, 6, 8},
			scenario{fmt.Sprintf("%d%% of images fail for good", failing), ever, 6, 8})
	}
	return all
}

// A bench runs simulations and says what they came to.
type bench struct {
	flags  flags
	dir    string
	out    io.Writer
	missed bool
}

func (b *bench) all(ctx context.Context) error {
	f := b.flags
	b.print("%d stale tags in %d repositories, %d slots; times are simulated:\nan attempt of a job takes %s to start, "+
		"%s for its first image, %.3f of that for each further one\n",
		f.repositories*f.tags, f.repositories, f.slots, f.model.startUp, f.model.copying, f.model.share)
	for _, s := range scenarios(f.failing) {
		b.print("\n%s\n", s.title)
		grouped, err := b.simulate(ctx, s, true)
		if err != nil {
			return fmt.Errorf("%s, grouped: %w", s.title, err)
		}
		alone, err := b.simulate(ctx, s, false)
		if err != nil {
			return fmt.Errorf("%s, one job an image: %w", s.title, err)
		}
		sooner, fewer := ratio(alone.last(false).Seconds(), grouped.last(false).Seconds()), ratio(alone.vCPU(),
			grouped.vCPU())
		b.check(sooner >= s.sooner, "all current in %.1f times less time, promised are %g", sooner, s.sooner)
		b.check(fewer >= s.fewer, "%.1f times fewer vCPU-seconds, promised are %g", fewer, s.fewer)
	}
	return nil
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// simulate has the controller submit jobs for all that is stale, and the fleet do them.
func (b *bench) simulate(ctx context.Context, s scenario, grouped bool) (_ *tally, err error) {
	dir, err := os.MkdirTemp(b.dir, "world-")
	if err != nil {
		return nil, err
	}
	w, err := newWorld(ctx, b.flags, s.how, dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	if err := w.seed(ctx, grouped); err != nil {
		return nil, err
	}
	first, err := w.sweep(ctx)
	if err != nil {
		return nil, err
	}
	if err := w.clock.run(ctx); err != nil {
		return nil, err
	}
	next, err := w.sweep(ctx)
	if err != nil {
		return nil, err
	}
	title := "one job an image"
	if grouped {
		title = "grouped"
	}
	b.tell(w, title, first, next)
	b.hold(w, s, next)
	return w.tally, nil
}

// tell tells what a simulation came to.
func (b *bench) tell(w *world, title, first, next string) {
	t := w.tally
	_, submitted, _ := strings.Cut(first, "jobs submitted: ")
	b.print("  %s: %s jobs, %d attempts (by exit codes: %v)\n", title, submitted, t.attempts, t.exits)
	b.print("    all current after %s", t.last(false).Round(time.Second))
	if len(t.failures) > 0 {
		b.print("; %d images have failed, the others were current after %s", len(t.failures),
			t.last(true).Round(time.Second))
	}
	b.print("\n    %.0f vCPU-seconds\n    the next sweep: %s\n", t.vCPU(), next)
}

// hold holds a simulation against what must have happened in it.
func (b *bench) hold(w *world, s scenario, next string) {
	n := b.flags.repositories * b.flags.tags
	failing := 0
	for i := range n {
		if s.how != none && fails(i, b.flags.failing) {
			failing++
		}
	}
	t, good := w.tally, n
	if s.how == ever {
		good -= failing
	}
	b.check(len(t.failures) == failing, "%d images have failed, want %d", len(t.failures), failing)
	b.check(len(t.current) == good && strings.Contains(next, fmt.Sprintf("entries: %d (current %d,", n, good)),
		"%d images are current, and the next sweep finds so; want %d", len(t.current), good)
	b.check(strings.HasSuffix(next, "jobs submitted: 0"), "the next sweep submits nothing")
}

func (b *bench) check(kept bool, format string, args ...any) {
	mark := "ok    "
	if !kept {
		mark, b.missed = "MISSED", true
	}
	b.print("  %s %s\n", mark, fmt.Sprintf(format, args...))
}

func (b *bench) print(format string, args ...any) {
	_, _ = fmt.Fprintf(b.out, format, args...) // nothing is to be done about a standard output that is closed
}
