package mirror

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/graph"
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
	for _, r := range q.report.pending() {
		if r.held != q.report.Digest {
			r.fail(destinationError(r.Name, "checking", &ChangedError{Had: q.report.Digest, Has: r.held}))
		}
	}
	return nil
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
	name := pin(q.report.pending()[0].Name, q.report.Digest)
	held, err := q.images.Source(ctx, name)
	if err != nil {
		return destinationError(name, "opening", err)
	}
	defer held.Close()
	if err := q.origin.open(ctx, q.source); err != nil {
		return err
	}
	if !q.batch.alone {
		if err := q.take(ctx, bulkyTurns); err != nil {
			return err
		}
	}
	opts := graph.Options{Within: q.opts.StallTimeout, Transient: q.opts.Transient}
	g, err := graph.Read(ctx, held, q.report.Digest, opts)
	if err != nil {
		return destinationError(name, "reading manifest", err)
	}
	q.graph = g.Having(g.All())
	return q.addArtifacts(ctx, q.graph, opts)
}

// A holding says which artifacts a place lists.
type holding map[artifacts.Link]bool

// holdings asks the places of the pending destinations which artifacts of the graph they have.
func (q *inquiry) holdings(ctx context.Context) map[string]holding {
	var mu sync.Mutex
	var g errgroup.Group
	g.SetLimit(placesAtOnce)
	all := map[string]holding{}
	for _, r := range q.report.pending() {
		place := r.Name.Place()
		if _, asked := all[place]; asked {
			continue
		}
		all[place] = nil
		g.Go(func() error {
			holds, err := q.holding(ctx, r.Name)
			mu.Lock()
			defer mu.Unlock()
			all[place] = holds
			if err != nil {
				q.failAt(place, err)
			}
			return nil
		})
	}
	_ = g.Wait() // the results keep their errors
	return all
}

// failAt fails the pending destinations in a place that does not tell which artifacts it has.
func (q *inquiry) failAt(place string, err error) {
	for _, r := range q.report.pending() {
		if r.Name.Place() == place {
			r.fail(destinationError(r.Name, "listing artifacts", err))
		}
	}
}

// holding asks a destination which artifacts of the graph it has. One that can't list them for good is taken to have
// none: to put one again does no harm.
func (q *inquiry) holding(ctx context.Context, name imagename.Name) (holding, error) {
	list, err := q.batch.artifactsAt(ctx, q.images, name)
	if err != nil {
		return nil, err
	}
	holds := holding{}
	asked := map[digest.Digest]bool{}
	for _, i := range q.graph.Artifacts() {
		subject := q.graph.Nodes[i].Artifact.Subject
		if asked[subject] {
			continue
		}
		asked[subject] = true
		found, err := list.Of(ctx, subject)
		if err != nil && q.opts.Transient(err) {
			return nil, fmt.Errorf("of %s: %w", subject, err)
		}
		for _, a := range found {
			holds[artifacts.Link{Subject: subject, Digest: a.Digest, Tag: a.Tag}] = true
		}
	}
	return holds, nil
}

// has reports whether an artifact is there, by all its digest tags.
func (h holding) has(d digest.Digest, a *graph.Artifact) bool {
	link := artifacts.Link{Subject: a.Subject, Digest: d}
	for _, link.Tag = range a.Tags {
		if !h[link] {
			return false
		}
	}
	return len(a.Tags) > 0 || h[link]
}

// held returns the positions of the artifacts of a graph that are there.
func (h holding) held(g *graph.Graph) (positions []int) {
	for _, i := range g.Artifacts() {
		if h.has(g.Nodes[i].Digest, g.Nodes[i].Artifact) {
			positions = append(positions, i)
		}
	}
	return positions
}

// lacking returns the pending destinations that lack something, and leaves out of the graph what all of these have. The
// others have their outcome.
func (q *inquiry) lacking() (lacking []*Result) {
	all := len(q.graph.Artifacts())
	holders := map[int]int{} // of each artifact
	for _, r := range q.report.pending() {
		held := q.holds[r.Name.Place()].held(q.graph)
		if len(held) == all {
			r.State, r.Digest = Current, q.report.Digest
			continue
		}
		lacking = append(lacking, r)
		for _, i := range held {
			holders[i]++
		}
	}
	maps.DeleteFunc(holders, func(_, n int) bool { return n < len(lacking) })
	q.graph = q.graph.Having(slices.Collect(maps.Keys(holders)))
	return lacking
}
