package mirror

import (
	"context"
	"errors"

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
			q.report.settleBy(q.graph.Root())
			return nil
		}
		if ctx.Err() != nil || moved == moves || q.report.Source.Digest != "" ||
			isWrongContent(err) && !q.report.Source.IsOnDisk() {
			return err
		}
		q.origin.close()
		q.origin = newOrigin(q.images, q.opts, q.report.Source, q.batch.rooms()[0].bytes)
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

// readGraph reads the graph where there is room for it.
func (q *inquiry) readGraph(ctx context.Context) error {
	if err := q.origin.readRoot(ctx, q.report.Digest); err != nil {
		return err
	}
	for _, room := range q.batch.rooms() {
		if err := q.take(ctx, room.turns); err != nil {
			return err
		}
		opts := graph.Options{Within: q.opts.StallTimeout, Transient: q.opts.Transient, Most: room.bytes}
		var err error
		if q.graph, err = graph.Read(ctx, q.origin, q.report.Digest, opts); err == nil {
			err = q.addArtifacts(ctx, opts)
		}
		if err == nil {
			break
		}
		if !errors.Is(err, graph.ErrLarge) || room.bytes == 0 {
			return err
		}
	}
	return is(q.graph.Root(), q.report.Source.Digest)
}

// take has the inquiry have so many of the batch's turns for large manifests, and no others.
func (q *inquiry) take(ctx context.Context, turns int64) error {
	q.batch.bulky.Release(q.turns)
	q.turns = 0
	if turns == 0 {
		return nil
	}
	if err := q.batch.bulky.Acquire(ctx, turns); err != nil {
		return context.Cause(ctx)
	}
	q.turns = turns
	return nil
}
