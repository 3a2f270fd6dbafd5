package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"ecrmirror/demo/check"
)

// mostJobs is how many jobs the images of one repository may take that are stale together.
const mostJobs = 2

// sweepSelection has the chosen images mirrored, and compares them.
func (d *demo) sweepSelection(ctx context.Context) error {
	d.story.Heading("Sweep: the images that the rule chose go together")
	s := d.selection()
	before := d.server.Stats().Snapshot()
	jobs, err := d.sweepFor(ctx)
	if err != nil {
		return err
	}
	after := d.server.Stats().Snapshot()
	d.expect(len(jobs) > 0 && len(jobs) <= mostJobs, "%s for %d stale images", count(len(jobs), "mirror job"),
		len(s.chosen))
	d.expectImages(jobs, s.source, s.chosen)
	if err := d.compareTags(ctx, s.source, s.destination, s.chosen...); err != nil {
		return err
	}
	if err := d.expectTags(ctx, s.destination, s.chosen); err != nil {
		return err
	}
	read := since(before.BytesRead, after.BytesRead)
	return d.checkShared(ctx, s, read[strings.TrimPrefix(s.source, d.server.Addr()+"/")])
}

// sweepNextRelease has one more tag appear upstream, and expects it alone to be mirrored.
func (d *demo) sweepNextRelease(ctx context.Context) error {
	d.story.Heading("A new tag appears upstream: the next sweep brings it")
	s := d.selection()
	d.story.Command("docker", "push", s.source+":"+nextRelease)
	if _, err := d.push(ctx, s.source+":"+nextRelease, d.images.web[nextRelease]); err != nil {
		return err
	}
	jobs, err := d.sweepFor(ctx, "controller", "status", "--state", "submitted")
	if err != nil {
		return err
	}
	d.expect(len(jobs) == 1, "%s for the new image", count(len(jobs), "mirror job"))
	d.expectImages(jobs, s.source, []string{nextRelease})
	if err := d.compareTags(ctx, s.source, s.destination, nextRelease); err != nil {
		return err
	}
	d.story.Say("%s is not among the newest three any more. Nothing is deleted:", s.chosen[0])
	return d.expectTags(ctx, s.destination, append(slices.Clone(s.chosen), nextRelease))
}

// sweepFor has the controller sweep, runs another command if there is one, and returns the jobs that mirror then ran.
func (d *demo) sweepFor(ctx context.Context, then ...string) ([]job, error) {
	sweep, err := d.command(ctx, "controller", "sweep")
	if err != nil {
		return nil, err
	}
	d.expectExit(sweep, 0, "no entry failed")
	if len(then) > 0 {
		if _, err := d.command(ctx, then[0], then[1:]...); err != nil {
			return nil, err
		}
	}
	jobs, err := d.finish(ctx)
	return of(mirrorQueue, jobs), err
}

// expectImages expects that jobs are for these tags of a repository, each once, and for nothing else.
func (d *demo) expectImages(jobs []job, repository string, want []string) {
	var got []string
	for _, j := range jobs {
		tags, ok := strings.CutPrefix(j.Parameters["source"], repository+":")
		if !ok {
			d.expect(false, "a job is for %s", j.Parameters["source"])
			continue
		}
		got = append(got, strings.Split(tags, ",")...)
	}
	slices.Sort(got)
	d.expect(slices.Equal(want, got), "they are for %s", strings.Join(got, ", "))
}

// expectTags expects that a destination has these tags and no others.
func (d *demo) expectTags(ctx context.Context, destination string, want []string) error {
	repository, err := name.NewRepository(d.address(destination))
	if err != nil {
		return err
	}
	got, err := remote.List(repository, remote.WithContext(ctx), d.owner())
	if err != nil {
		return fmt.Errorf("listing %s: %w", destination, err)
	}
	slices.Sort(got)
	want = slices.Sorted(slices.Values(want))
	d.expect(slices.Equal(want, got), "%s has %s, and no other tag", destination, strings.Join(got, ", "))
	return nil
}

// checkShared expects that what the chosen images share was read once.
func (d *demo) checkShared(ctx context.Context, s selection, read int64) error {
	var trees []*check.Tree
	alone := int64(0)
	for _, tag := range s.chosen {
		tree, err := d.read(ctx, s.source+":"+tag)
		if err != nil {
			return err
		}
		trees = append(trees, tree)
		alone += tree.Size()
	}
	d.expect(readOnce(read, check.Size(trees...)),
		"%d bytes were read, of %d that the images have one by one: what they share was read once", read, alone)
	return nil
}
