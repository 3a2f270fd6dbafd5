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
)

// listsAtOnce is how many lists of artifacts a place is asked for at a time.
const listsAtOnce = 8

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
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(listsAtOnce)
	holds := holding{}
	for subject := range q.graph.Subjects() {
		g.Go(func() error {
			found, err := list.Of(ctx, subject)
			if err != nil && q.opts.Transient(err) {
				return fmt.Errorf("of %s: %w", subject, err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, a := range found {
				holds[artifacts.Link{Subject: subject, Digest: a.Digest, Tag: a.Tag}] = true
			}
			return nil
		})
	}
	return holds, g.Wait()
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
