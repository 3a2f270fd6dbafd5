package mirror

import (
	"context"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror/graph"
)

// moves is how often a source's tag may move between being asked for and being read.
const moves = 2

// read reads the manifests of the digest that the report has. Where that fails and the tag points elsewhere by now, the
// image is the one that it points at: some registries drop an image when its tag moves, and some tell of one that is
// gone already.
func (q *inquiry) read(ctx context.Context) (*graph.Graph, error) {
	for moved := 0; ; moved++ {
		g, err := q.readOnce(ctx)
		if err == nil || ctx.Err() != nil || moved == moves || q.report.Source.Digest != "" {
			return g, err
		}
		q.origin.close()
		q.origin = newOrigin(q.images, q.opts, q.report.Source)
		now, gone := q.origin.rootDigest(ctx)
		if gone != nil || now == q.report.Digest {
			return nil, err
		}
		q.opts.Log.WarnContext(ctx, "the source's tag has moved",
			"source", q.report.Source.String(), "digest", now.String(), "error", err)
		q.report.unsettle()
		q.report.settle(now)
	}
}

func (q *inquiry) readOnce(ctx context.Context) (*graph.Graph, error) {
	if err := q.origin.open(ctx, q.report.Digest); err != nil {
		return nil, sourceError(q.report.Source, "opening", err)
	}
	g, err := q.readGraph(ctx)
	if err != nil {
		return nil, sourceError(q.report.Source, "reading manifest", err)
	}
	return g, nil
}

func (q *inquiry) readGraph(ctx context.Context) (*graph.Graph, error) {
	if err := q.origin.readRoot(ctx, q.report.Digest); err != nil {
		return nil, err
	}
	opts := graph.Options{Within: q.opts.StallTimeout, Transient: q.opts.Transient}
	g, err := graph.Read(ctx, q.origin, []digest.Digest{q.report.Digest}, opts)
	if err != nil {
		return nil, err
	}
	return g, is(g.Root(0), q.report.Source.Digest)
}
