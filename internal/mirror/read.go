package mirror

import (
	"context"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror/graph"
)

// moves is how often a source's tag may move between being asked for and being read.
const moves = 2

// read reads the graph of the digest that the report has, and settles by it the destinations that could not be settled
// by that. Where reading fails and the tag points elsewhere by now, the image is the one that it points at: some
// registries drop an image when its tag moves, and some tell of one that is gone already. A registry that gives other
// bytes for a digest shows by that no move: what it gives for the tag may be as wrong.
func (q *inquiry) read(ctx context.Context) error {
	for moved := 0; ; moved++ {
		err := q.readOnce(ctx)
		if err == nil {
			q.report.describe(q.graph)
			q.report.settleBy(q.graph.Root(0))
			return nil
		}
		if ctx.Err() != nil || moved == moves || q.report.Source.Digest != "" ||
			isWrongContent(err) && !q.report.Source.IsOnDisk() {
			return err
		}
		q.origin.close()
		q.origin = newOrigin(q.images, q.opts, q.report.Source)
		now, gone := q.origin.rootDigest(ctx)
		if gone != nil || now == q.report.Digest {
			return err
		}
		q.opts.Log.WarnContext(ctx, "the source's tag has moved",
			"source", q.report.Source.String(), "digest", now.String(), "error", err)
		q.report.unsettle()
		q.report.settle(now)
	}
}

func (q *inquiry) readOnce(ctx context.Context) error {
	if err := q.origin.open(ctx, q.report.Digest); err != nil {
		return sourceError(q.report.Source, "opening", err)
	}
	if err := q.readGraph(ctx); err != nil {
		return sourceError(q.report.Source, "reading manifest", err)
	}
	return nil
}

func (q *inquiry) readGraph(ctx context.Context) (err error) {
	if err := q.origin.readRoot(ctx, q.report.Digest); err != nil {
		return err
	}
	opts := graph.Options{Within: q.opts.StallTimeout, Transient: q.opts.Transient}
	if q.graph, err = graph.Read(ctx, q.origin, []digest.Digest{q.report.Digest}, opts); err != nil {
		return err
	}
	return is(q.graph.Root(0), q.report.Source.Digest)
}
