package mirror

import (
	"context"
	"errors"

	"ecrmirror/internal/mirror/graph"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/wanted"
)

// moves is how often a source's tag may move between being asked for and being read.
const moves = 2

// read reads the graph of the digest that the source has, and settles by it the destinations that could not be settled
// by that. There is none where the destinations that platforms are left out for have the image already. Where reading
// fails and the tag points elsewhere by now, the image is the one that it points at: some registries drop an image when
// its tag moves, and some tell of one that is gone already. A registry that gives other bytes for a digest shows by
// that no move: what it gives for the tag may be as wrong.
func (q *inquiry) read(ctx context.Context) error {
	for moved := 0; ; moved++ {
		err := q.readOnce(ctx)
		switch {
		case err == nil && q.graph == nil:
			return nil
		case err == nil:
			q.report.describe(q.graph)
			q.report.settleBy(q.graph.Root())
			return nil
		case ctx.Err() != nil, moved == moves, q.report.Source.Digest != "", isNone(err),
			isWrongContent(err) && !q.report.Source.IsOnDisk():
			return err
		}
		q.origin.close()
		q.origin = newOrigin(q.images, q.opts, q.report.Source, q.batch.rooms()[0].bytes)
		now, gone := q.origin.rootDigest(ctx)
		if gone != nil || now == q.source {
			return err
		}
		q.opts.Log.WarnContext(ctx, "the source's tag has moved",
			"source", q.report.Source.String(), "digest", now.String(), "error", err)
		q.report.unsettle()
		q.found(now)
	}
}

func (q *inquiry) readOnce(ctx context.Context) error {
	if err := q.origin.open(ctx, q.source); err != nil {
		return sourceError(q.report.Source, "opening", err)
	}
	if err := q.readGraph(ctx); err != nil {
		return sourceError(q.report.Source, "reading manifest", err)
	}
	return nil
}

// readGraph reads the graph where there is room for it.
func (q *inquiry) readGraph(ctx context.Context) error {
	if err := q.origin.readRoot(ctx, q.source); err != nil {
		return err
	}
	return q.inRooms(ctx, func(most int64) error { return q.readWithin(ctx, most) })
}

// inRooms reads manifests in the smallest room of the batch that is large enough.
func (q *inquiry) inRooms(ctx context.Context, read func(most int64) error) (err error) {
	for _, room := range q.batch.rooms() {
		if err = q.take(ctx, room.turns); err == nil {
			err = read(room.bytes)
		}
		if !errors.Is(err, graph.ErrLarge) && !errors.Is(err, wanted.ErrLarge) {
			break
		}
	}
	return err
}

// readWithin reads the graph, of at most so many bytes, if there are destinations that lack it.
func (q *inquiry) readWithin(ctx context.Context, most int64) (err error) {
	root := q.source
	if !q.batch.asked.platforms.IsZero() {
		if root, err = q.trim(ctx, most); err != nil || len(q.report.pending()) == 0 {
			return err
		}
	}
	opts := graph.Options{Within: q.opts.StallTimeout, Transient: q.opts.Transient, Most: most}
	g, err := graph.Read(ctx, q.origin, root, opts)
	if err == nil && q.batch.asked.platforms.IsZero() {
		err = is(g.Root(), q.report.Source.Digest)
	}
	if err == nil {
		err = q.addArtifacts(ctx, g, opts)
	}
	if err != nil {
		q.origin.trimmed = port.Manifest{} // it may wait for more room
		return err
	}
	q.graph = g
	return nil
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
