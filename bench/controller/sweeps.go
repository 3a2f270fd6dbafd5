package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// What is promised of a sweep of 10,000 entries. Ten times as many may take ten times as long.
const (
	promisedFor  = 10_000
	promisedWall = 15 * time.Second
	promisedRSS  = 128 << 20
	promisedECR  = 300
	malformed    = 20
)

const unchanged = "all current"

// A bench runs sweeps and says what they came to.
type bench struct {
	flags    flags
	world    *world
	programs programs
	out      io.Writer
	missed   bool
}

// entries runs the sweeps of a table of image entries.
func (b *bench) entries(ctx context.Context) error {
	n := b.flags.entries
	for _, title := range []string{"all current, checked for the first time", unchanged} {
		if err := b.sweep(ctx, title, 0, false, func(s sweep) {
			b.checkCost(s)
			b.check(strings.Contains(s.stdout, fmt.Sprintf("entries: %d (current %d, failed 0)", n, n)),
				"%d entries current", n)
			b.check(s.Exit == 0 && s.jobs == 0, "exit code %d, %d jobs; want 0 and none", s.Exit, s.jobs)
			if title == unchanged {
				b.check(s.writeUnits == 0, "%.0f units of writing; want none", s.writeUnits)
			}
		}); err != nil {
			return err
		}
	}
	if stale := b.flags.stale; stale > 0 {
		title := fmt.Sprintf("%d stale", stale)
		if err := b.sweep(ctx, title, stale, false,
			func(s sweep) { b.check(s.jobs == int64(stale), "%d jobs, want %d", s.jobs, stale) }); err != nil {
			return err
		}
		if err := b.sweep(ctx, title+", in flight", stale, false,
			func(s sweep) { b.check(s.jobs == 0, "%d jobs, want none", s.jobs) }); err != nil {
			return err
		}
	}
	if b.flags.healthy {
		return nil
	}
	return b.broken(ctx)
}

// broken sweeps with failing look-ups, and with more stale entries than before, those among the
// failing ones too.
func (b *bench) broken(ctx context.Context) error {
	if err := b.world.seedMalformed(ctx, malformed); err != nil {
		return err
	}
	before, n := b.flags.stale, b.flags.entries
	stale := min(2*max(before, 100), n)
	jobs, unjudged, throttledOnes := 0, 0, 0
	for i := range n {
		switch kind(i) {
		case healthy:
			if i >= before && i < stale {
				jobs++
			}
		case throttled:
			throttledOnes++
		default:
			unjudged++
		}
	}
	return b.sweep(ctx, "5% of look-ups failing, 20 malformed rows", stale, true, func(s sweep) {
		current := n - broken(n) - before - jobs + broken(before)
		want := fmt.Sprintf("entries: %d (current %d, deferred %d", n+malformed, current, throttledOnes)
		b.check(strings.Contains(s.stdout, want) && strings.Contains(s.stdout,
			fmt.Sprintf("failed %d)", unjudged+malformed)),
			"report: %s...failed %d)", want, unjudged+malformed)
		b.check(s.jobs == int64(jobs), "%d jobs, want %d: one for each healthy entry that became stale", s.jobs, jobs)
		b.check(s.Exit == 1, "exit code %d, want 1", s.Exit)
		b.check(s.PeakRSS < promisedRSS, "%.1f MiB resident, promised are %d", mib(s.PeakRSS), promisedRSS>>20)
	})
}

// broken returns how many of the first n images fail in a broken registry.
func broken(n int) (count int) {
	for i := range n {
		if kind(i) != healthy {
			count++
		}
	}
	return count
}

// A sweep is one run and what was counted of it.
type sweep struct {
	used
	count                                  // of the registries
	calls                 map[string]int64 // of AWS
	ecr, jobs             int64
	readUnits, writeUnits float64 // of DynamoDB's capacity
}

func (b *bench) sweep(ctx context.Context, title string, stale int, broken bool, check func(sweep)) error {
	for _, r := range b.world.registries {
		r.change(stale, broken)
	}
	b.world.aws.Stats().Reset()
	role, err := b.world.aws.EnvironmentOf("ControllerRole")
	if err != nil {
		return err
	}
	if !b.flags.ledger {
		role = append(role, "MIRROR_LEDGER=")
	}
	u, err := b.programs.sweep(ctx, append(role, fmt.Sprint("MIRROR_MOST_TAGS=", max(1, b.world.content.tags))))
	if err != nil {
		return fmt.Errorf("%s: %w", title, err)
	}
	counted := b.world.aws.Stats().Snapshot()
	s := sweep{used: u, calls: counted.Calls, readUnits: counted.ReadUnits, writeUnits: counted.WriteUnits}
	for _, r := range b.world.registries {
		r.add(&s.count)
	}
	for name, calls := range s.calls {
		if strings.HasPrefix(name, "ecr.") {
			s.ecr += calls
		}
	}
	s.jobs = s.calls["batch.SubmitJob"]
	b.print("\n%s\n  %.2f s, CPU %.2f s, peak %.1f MiB, %d bytes of log\n  %s", title, s.wall().Seconds(),
		s.CPU.Seconds(), mib(s.PeakRSS), s.stderr, s.stdout)
	b.print("  registries: %d HEAD (%d repeated), %d GET, %d lists, %d at a time\n  AWS:", s.heads, s.repeated, s.gets,
		s.lists, s.most)
	for _, name := range slices.Sorted(maps.Keys(s.calls)) {
		b.print(" %s %d", name, s.calls[name])
	}
	b.print("\n  DynamoDB: %.0f units read, %.0f written\n", s.readUnits, s.writeUnits)
	check(s)
	return nil
}

// checkCost holds a sweep against what is promised of its cost.
func (b *bench) checkCost(s sweep) {
	n := b.flags.entries
	times := max(1, (n+promisedFor-1)/promisedFor)
	b.check(s.wall() < promisedWall*time.Duration(times), "%.2f s, promised are %s", s.wall().Seconds(),
		promisedWall*time.Duration(times))
	b.check(s.PeakRSS < promisedRSS, "%.1f MiB resident, promised are %d", mib(s.PeakRSS), promisedRSS>>20)
	b.check(s.heads <= n && s.repeated == 0, "%d HEAD for %d sources", s.heads, n)
	if n <= promisedFor {
		b.check(s.ecr <= promisedECR, "%d calls of ECR, promised are %d", s.ecr, promisedECR)
	}
	b.check(s.gets == 0, "%d GET of manifests", s.gets)
	b.check(s.calls["ecr.BatchGetImage"] == 0, "%d BatchGetImage", s.calls["ecr.BatchGetImage"])
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

func mib(n int64) float64 { return float64(n) / (1 << 20) }
