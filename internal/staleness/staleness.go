// Package staleness tells which artifacts of an image a destination lacks: it lists what belongs to the image at its
// source and at the destination, and compares. No manifest is read. What a destination has that the source lacks is
// left alone: registries sign by themselves.
package staleness

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/mirror/port"
)

// atOnce is how many manifests of an image are asked about at a time.
const atOnce = 8

// Gathered is what belongs to an image at a place.
type Gathered struct {
	Links    []artifacts.Link // each once
	Unlisted error            // why some of it can't be listed for good; nil if all can
}

// Gather returns what belongs to an image at a place, as far as a filter wants it: to the manifests of the image, to
// what belongs to these, and so on, for [artifacts.Levels], at most [artifacts.Most]. The error is one that may be gone
// on another try; then nothing is known.
func Gather(
	ctx context.Context, lists port.Artifacts, manifests []digest.Digest, filter artifacts.Filter,
) (all Gathered, err error) {
	seen := map[digest.Digest]bool{}
	subjects := manifests
	for range artifacts.Levels {
		subjects = unseen(subjects, seen)
		found, err := ask(ctx, lists, subjects, filter)
		if err != nil {
			return Gathered{}, err
		}
		found.Links = found.Links[:min(len(found.Links), artifacts.Most-len(all.Links))]
		all.Links = append(all.Links, found.Links...)
		all.Unlisted = cmp.Or(all.Unlisted, found.Unlisted)
		subjects = nil
		for _, link := range found.Links {
			subjects = append(subjects, link.Digest)
		}
	}
	return all, nil
}

// unseen returns those of some manifests that were not seen yet, each once, and has them seen.
func unseen(manifests []digest.Digest, seen map[digest.Digest]bool) (some []digest.Digest) {
	for _, d := range manifests {
		if !seen[d] {
			seen[d] = true
			some = append(some, d)
		}
	}
	return some
}

// ask returns what belongs to some manifests, in their order.
func ask(
	ctx context.Context, lists port.Artifacts, subjects []digest.Digest, filter artifacts.Filter,
) (all Gathered, err error) {
	found := make([][]artifacts.Artifact, len(subjects))
	unlisted := make([]error, len(subjects))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i, subject := range subjects {
		g.Go(func() (err error) {
			found[i], err = lists.Of(ctx, subject)
			if errors.Is(err, artifacts.ErrNoList) || errors.Is(err, artifacts.ErrMany) {
				unlisted[i] = err
				return nil
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return Gathered{}, err
	}
	for i, subject := range subjects {
		for _, a := range found[i] {
			if filter.Judge(a) == artifacts.Wanted {
				all.Links = append(all.Links, artifacts.Link{Subject: subject, Digest: a.Digest, Tag: a.Tag})
			}
		}
	}
	all.Unlisted = cmp.Or(unlisted...)
	return all, nil
}

// Missing returns what a source has and a destination lacks, in the order of the source's.
func Missing(source, destination []artifacts.Link) (missing []artifacts.Link) {
	for _, link := range source {
		if !slices.Contains(destination, link) {
			missing = append(missing, link)
		}
	}
	return missing
}
