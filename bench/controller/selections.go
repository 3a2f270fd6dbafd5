package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// What is promised of an unchanged sweep of the images of selections, up to 100,000.
const promisedOfSelections = 150 * time.Second

// selections runs the sweeps of a table of selections: the first, which remembers every image, and an unchanged one.
func (b *bench) selections(ctx context.Context) error {
	title := fmt.Sprintf("%d selections of %d tags, ", b.flags.selections, b.flags.tags)
	if err := b.sweep(ctx, title+"every image for the first time", 0, false, b.checkSelections); err != nil {
		return err
	}
	return b.sweep(ctx, title+unchanged, 0, false, func(s sweep) {
		b.checkSelections(s)
		b.check(s.wall() < promisedOfSelections, "%.2f s, promised are %s", s.wall().Seconds(), promisedOfSelections)
		b.check(s.writeUnits == 0, "%.0f units of writing; want none", s.writeUnits)
	})
}

// checkSelections holds a sweep of selections that are current against what is promised of each.
func (b *bench) checkSelections(s sweep) {
	n := b.world.content.images
	b.check(strings.Contains(s.stdout, fmt.Sprintf("entries: %d (current %d, failed 0)", n, n)), "%d images current", n)
	b.check(s.Exit == 0 && s.jobs == 0, "exit code %d, %d jobs; want 0 and none", s.Exit, s.jobs)
	b.check(s.PeakRSS < promisedRSS, "%.1f MiB resident, promised are %d", mib(s.PeakRSS), promisedRSS>>20)
	b.check(s.lists == b.flags.selections, "%d lists of tags, one for each selection", s.lists)
	b.check(s.heads <= n && s.repeated == 0, "%d HEAD for %d sources", s.heads, n)
	b.check(s.gets == 0, "%d GET of manifests", s.gets)
	b.check(s.calls["ecr.BatchGetImage"] == 0, "%d BatchGetImage", s.calls["ecr.BatchGetImage"])
}
