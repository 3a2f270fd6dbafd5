package mirror

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror/belonging"
	"ecrmirror/internal/mirror/graph"
)

// ErrArtifactsMissing says that an image may not come without its artifacts, and has none, or some can't be had.
var ErrArtifactsMissing = errors.New("it may not come without its artifacts")

// An unreadError says which blob of the source could not be read.
type unreadError struct {
	blob digest.Digest
	err  error
}

func (e *unreadError) Error() string { return e.err.Error() }

// Unwrap returns why.
func (e *unreadError) Unwrap() error { return e.err }

// addArtifacts adds what belongs to the image to its graph, as far as that is asked for.
func (q *inquiry) addArtifacts(ctx context.Context, g *graph.Graph, opts graph.Options) error {
	q.report.Artifacts = Artifacts{}
	if q.opts.Artifacts.Filter.IsNone() || q.report.Source.IsOnDisk() {
		return nil
	}
	list, err := q.batch.artifactsAt(ctx, q.images, q.report.Source)
	if err != nil {
		return err
	}
	found, err := belonging.Add(ctx, g, list, q.origin, g.Digests(), belonging.Options{
		Filter: q.opts.Artifacts.Filter, Graph: opts,
	})
	if err != nil {
		return err
	}
	q.report.Artifacts = Artifacts{Brought: found.Added, Unwanted: found.Unwanted, Missing: found.Missing}
	for _, missing := range found.Missing {
		q.opts.Log.WarnContext(ctx, "the image comes without an artifact", "source", q.report.Source.String(),
			"error", missing)
	}
	return q.requireArtifacts()
}

// requireArtifacts returns an error if the image needs its artifacts, and lacks some.
func (q *inquiry) requireArtifacts() error {
	found := q.report.Artifacts
	switch {
	case !q.opts.Artifacts.Required:
		return nil
	case len(found.Missing) > 0:
		return fmt.Errorf("%w: %w", ErrArtifactsMissing, found.Missing[0])
	case found.Brought == 0:
		return fmt.Errorf("%w, and has none that is asked for", ErrArtifactsMissing)
	}
	return nil
}

// mostWithout is how often an image is tried again without artifacts that could not be read, before it is tried without
// any.
const mostWithout = 3

// tryWithout tries again to copy the image to those destinations that have failed since blobs of artifacts can't be
// read: without these artifacts.
func (c *Copier) tryWithout(ctx context.Context, q *inquiry, tried []*Result) {
	for try := 1; ctx.Err() == nil; try++ {
		failed, unread := c.unreadBlobs(tried)
		var out []int
		for _, why := range unread {
			artifacts, byImage := q.graph.Using(why.blob)
			if byImage || len(artifacts) == 0 {
				return
			}
			out = append(out, q.leave(ctx, artifacts, why)...)
		}
		if len(out) == 0 {
			return
		}
		if try > mostWithout {
			out = q.leave(ctx, q.graph.Artifacts(), unread[0])
		}
		q.graph = q.graph.Without(out)
		if err := q.requireArtifacts(); err != nil {
			for _, r := range failed {
				r.fail(sourceError(q.report.Source, "reading artifacts", err))
			}
			return
		}
		for _, r := range failed {
			r.retry()
			q.batch.depot(r.Name).forget()
		}
		c.try(ctx, q, failed)
	}
}

// unreadBlobs returns the results that have failed since blobs of the source could not be read, for good, with one
// error for each of these blobs.
func (c *Copier) unreadBlobs(results []*Result) (failed []*Result, unread []*unreadError) {
	for _, r := range results {
		why, is := errors.AsType[*unreadError](r.Err)
		if !is || c.opts.Transient(r.Err) {
			continue
		}
		failed = append(failed, r)
		if !slices.ContainsFunc(unread, func(e *unreadError) bool { return e.blob == why.blob }) {
			unread = append(unread, why)
		}
	}
	return failed, unread
}

// leave notes artifacts, by their positions, as missing, and returns these.
func (q *inquiry) leave(ctx context.Context, positions []int, why *unreadError) []int {
	for _, i := range positions {
		node := q.graph.Nodes[i]
		missing := &belonging.Missing{Subject: node.Artifact.Subject, Artifact: node.Digest, Err: fmt.Errorf("reading blob %s: %w", why.blob, why)}
		if len(node.Artifact.Tags) > 0 {
			missing.Tag = node.Artifact.Tags[0]
		}
		q.opts.Log.WarnContext(ctx, "the image comes without an artifact", "source", q.report.Source.String(),
			"error", missing)
		q.report.Artifacts.Missing = append(q.report.Artifacts.Missing, missing)
		q.report.Artifacts.Brought--
	}
	return positions
}
