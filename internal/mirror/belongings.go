package mirror

import (
	"context"
	"errors"
	"fmt"
	"maps"
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

// addArtifacts adds what belongs to the image to its graph, as far as that is asked for. A place on disk has the image
// alone.
func (q *inquiry) addArtifacts(ctx context.Context, g *graph.Graph, opts graph.Options) error {
	q.report.Artifacts = Artifacts{}
	asked := q.batch.asked.artifacts
	if asked.Filter.IsNone() || asked.listedAt(q.report.Source).IsOnDisk() {
		return q.requireArtifacts()
	}
	list, err := q.batch.artifactsAt(ctx, q.images, asked.listedAt(q.report.Source))
	if err != nil {
		return err
	}
	source, err := q.artifactSource(ctx)
	if err != nil {
		return err
	}
	found, err := belonging.Add(ctx, g, list, source, g.Digests(), belonging.Options{Filter: asked.Filter, Graph: opts})
	if err != nil {
		return err
	}
	q.report.Artifacts = Artifacts{Brought: found.Added, Unwanted: found.Unwanted}
	for _, missing := range found.Missing {
		q.miss(ctx, missing)
	}
	return q.requireArtifacts()
}

// artifactSource returns what artifacts are read from, which is open.
func (q *inquiry) artifactSource(ctx context.Context) (_ blobSource, err error) {
	asked := q.batch.asked.artifacts
	if asked.From.Repository == "" {
		return q.origin, nil
	}
	if q.origin.elsewhere == nil {
		name := asked.From
		name.Digest = q.source // which it need not have
		err = q.opts.within(ctx, func(ctx context.Context) (err error) {
			q.origin.elsewhere, err = q.images.Source(ctx, name)
			return err
		})
	}
	return q.origin.elsewhere, err
}

// miss notes that the image comes without an artifact.
func (q *inquiry) miss(ctx context.Context, m *belonging.Missing) {
	from := q.batch.asked.artifacts.listedAt(q.report.Source)
	m.Err = sourceError(from, "reading artifacts", m.Err) // which is fit to be printed
	q.opts.Log.WarnContext(ctx, "comes without an artifact", "source", q.report.Source.String(), "error", m)
	q.report.Artifacts.Missing = append(q.report.Artifacts.Missing, m)
}

// requireArtifacts returns an error if the image needs its artifacts, and lacks some.
func (q *inquiry) requireArtifacts() error {
	found := q.report.Artifacts
	switch {
	case !q.batch.asked.artifacts.Required:
		return nil
	case len(found.Missing) > 0:
		return sourceError(q.report.Source, "bringing artifacts",
			fmt.Errorf("%w: %v", ErrArtifactsMissing, found.Missing[0])) //nolint:errorlint // which names another side
	case found.Brought == 0:
		return sourceError(q.report.Source, "bringing artifacts",
			fmt.Errorf("%w, and has none that is asked for", ErrArtifactsMissing))
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
		out := hanging(q.graph, unread)
		if len(out) == 0 {
			return
		}
		if try > mostWithout {
			for _, i := range q.graph.Artifacts() {
				if !q.graph.Nodes[i].There && out[i] == nil {
					out[i] = unread[0]
				}
			}
		}
		q.leave(ctx, out)
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

// hanging returns the artifacts of a graph that can't be there without blobs that can't be read, by their positions,
// each with one of the reasons. There are none if one of the blobs is of the image itself.
func hanging(g *graph.Graph, unread []*unreadError) map[int]*unreadError {
	out := map[int]*unreadError{}
	for _, why := range unread {
		positions, byImage := g.Using(why.blob)
		if byImage || len(positions) == 0 {
			return nil
		}
		for _, i := range positions {
			if out[i] == nil {
				out[i] = why
			}
		}
	}
	return out
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

// leave notes artifacts, by their positions, as missing, and leaves them out of the graph.
func (q *inquiry) leave(ctx context.Context, out map[int]*unreadError) {
	from := q.batch.asked.artifacts.listedAt(q.report.Source)
	positions := slices.Sorted(maps.Keys(out))
	for _, i := range positions {
		node, why := q.graph.Nodes[i], out[i]
		missing := &belonging.Missing{
			Subject: node.Artifact.Subject, Artifact: node.Digest,
			Err: sourceError(from, "reading blob "+why.blob.String(), why.err),
		}
		if len(node.Artifact.Tags) > 0 {
			missing.Tag = node.Artifact.Tags[0]
		}
		q.miss(ctx, missing)
		q.report.Artifacts.Brought--
	}
	q.graph = q.graph.Without(positions)
}
