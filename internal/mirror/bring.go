package mirror

import (
	"context"
	"errors"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/graph"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/wanted"
)

// bring brings what belongs to the image to those of the pending destinations that hold it, and lack some of it. No tag
// of theirs moves, and nothing is asked about the image's own blobs. An error is one of the source.
func (c *Copier) bring(ctx context.Context, q *inquiry) error {
	if err := q.compareHeld(ctx); err != nil || len(q.report.pending()) == 0 {
		return err
	}
	if err := q.readHeld(ctx); err != nil {
		return sourceError(q.report.Source, "reading manifest", err)
	}
	if len(q.report.pending()) == 0 {
		return nil
	}
	q.report.describe(q.graph)
	if err := c.opts.Gate.Image(ctx, q.report.Source, q.judged()); err != nil {
		return sourceError(q.report.Source, "checking signatures", err)
	}
	if err := q.verify(ctx); err != nil {
		return err
	}
	q.holds = q.holdings(ctx)
	pending := q.lacking()
	if len(pending) == 0 {
		return nil
	}
	q.batch.progress.image(q.report, len(pending), q.graph.Blobs)
	c.try(ctx, q, pending)
	c.tryAgain(ctx, q, pending)
	c.tryWithout(ctx, q, pending)
	return nil
}

// compareHeld asks what the source and the destinations have. Those that do not hold what they should fail: their
// artifacts come with the image.
func (q *inquiry) compareHeld(ctx context.Context) error {
	source, err := q.digests(ctx)
	if err != nil {
		return err
	}
	q.source, q.report.SourceDigest, q.report.Digest = source, source, source
	if !q.batch.asked.platforms.IsZero() {
		if q.report.Digest, err = q.wantedDigest(ctx); err != nil {
			return err
		}
	}
	q.askAgain(ctx)
	for _, r := range q.report.pending() {
		if r.held != q.report.Digest {
			r.fail(destinationError(r.Name, "checking", &ChangedError{Had: q.report.Digest, Has: r.held}))
		}
	}
	return nil
}

// askAgain asks those destinations what they have that did not tell, or were late. Those that do not tell now fail.
func (q *inquiry) askAgain(ctx context.Context) {
	var g errgroup.Group
	g.SetLimit(placesAtOnce)
	for _, r := range q.report.pending() {
		if r.known {
			continue
		}
		g.Go(func() error {
			held, err := q.digest(ctx, r.Name)
			if r.held = held; err != nil && !isAbsent(err) {
				r.fail(destinationError(r.Name, "reading digest", err))
			}
			return nil
		})
	}
	_ = g.Wait() // the results keep their errors
}

// wantedDigest returns the digest that destinations should have where platforms are left out.
func (q *inquiry) wantedDigest(ctx context.Context) (digest.Digest, error) {
	err := q.origin.open(ctx, q.source)
	if err == nil {
		err = q.origin.readRoot(ctx, q.source)
	}
	var image wanted.Image
	if err == nil {
		image, err = q.wanted(ctx, 0)
	}
	if err != nil {
		return "", sourceError(q.report.Source, "choosing platforms", err)
	}
	q.report.Platforms = platformsOf(q.batch.asked.platforms, image.Trimmed)
	return image.Root.Digest, nil
}

// readHeld reads the image's manifests from a destination that holds it, which is no pull at the source, and then what
// belongs to them at the source.
func (q *inquiry) readHeld(ctx context.Context) error {
	if err := q.origin.open(ctx, q.source); err != nil {
		return err
	}
	return q.inRooms(ctx, func(most int64) error {
		opts := graph.Options{Within: q.opts.StallTimeout, Transient: q.opts.Transient, Most: most}
		g, err := q.heldGraph(ctx, opts)
		if err != nil || g == nil {
			return err
		}
		q.graph = g.Having(g.All())
		return q.addArtifacts(ctx, q.graph, opts)
	})
}

// heldGraph reads the image's manifests from the first of the pending destinations that gives them. Those before it
// fail; there is no graph if all do. An error is that there is not room enough, or that there is no time.
func (q *inquiry) heldGraph(ctx context.Context, opts graph.Options) (g *graph.Graph, err error) {
	for _, r := range q.report.pending() {
		g, err = q.graphAt(ctx, pin(r.Name, q.report.Digest), opts)
		switch {
		case err == nil, opts.Most > 0 && errors.Is(err, graph.ErrLarge):
			return g, err
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		}
		r.fail(destinationError(r.Name, "reading manifest", err))
	}
	return nil, nil //nolint:nilnil // the results keep their errors
}

// graphAt reads the image's manifests from a destination.
func (q *inquiry) graphAt(
	ctx context.Context, name imagename.Name, opts graph.Options,
) (g *graph.Graph, err error) {
	var held port.Source
	err = q.opts.within(ctx, func(ctx context.Context) (err error) {
		held, err = q.images.Source(ctx, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer held.Close()
	return graph.Read(ctx, held, q.report.Digest, opts)
}
