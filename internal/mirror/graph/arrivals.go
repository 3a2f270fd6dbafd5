package graph

import (
	"maps"
	"slices"
	"sync"

	"github.com/opencontainers/go-digest"
)

// Arrivals are what has arrived of a graph at one place. They tell which manifests can be put there: those that wait
// for nothing more. They are safe for concurrent use.
type Arrivals struct {
	graph *Graph

	mu    sync.Mutex
	blobs map[digest.Digest]bool
	lacks []int  // for each node, how much it still waits for
	ended []bool // for each node, whether it was put or skipped
	left  int    // nodes that have not ended
}

// NewArrivals returns the arrivals at a place that has nothing of the graph but what is there.
func NewArrivals(g *Graph) *Arrivals {
	a := &Arrivals{
		graph: g, blobs: map[digest.Digest]bool{}, lacks: make([]int, len(g.Nodes)),
		ended: make([]bool, len(g.Nodes)), left: len(g.Nodes),
	}
	for i, node := range g.Nodes {
		a.lacks[i] = node.needs
	}
	for i, node := range g.Nodes {
		if node.There {
			a.AddManifest(i)
		}
	}
	return a
}

// Ready returns the manifests that wait for nothing and were not put, by their positions in the graph's Nodes.
func (a *Arrivals) Ready() (ready []int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.graph.Nodes {
		if a.lacks[i] == 0 && !a.ended[i] {
			ready = append(ready, i)
		}
	}
	return ready
}

// IsLast reports whether a node, given its position, is the only one that was neither put nor skipped.
func (a *Arrivals) IsLast(i int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.left == 1 && !a.ended[i]
}

// AllEnded reports whether every manifest was put or skipped, or was there before.
func (a *Arrivals) AllEnded() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.left == 0
}

// AddBlob notes that a blob has arrived, and returns the manifests that waited for it alone. To note it again does
// nothing.
func (a *Arrivals) AddBlob(d digest.Digest) (ready []int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.blobs[d] {
		return nil
	}
	a.blobs[d] = true
	return a.served(a.graph.blobUsers[d])
}

// AddManifest notes that a manifest was put, given its position, and returns those that waited for it alone. All is
// true if no other is left: once, when the last one has ended.
func (a *Arrivals) AddManifest(i int) (ready []int, all bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended[i] {
		return nil, false
	}
	a.end(i)
	return a.served(a.graph.instanceUsers[a.graph.Nodes[i].Digest]), a.left == 0
}

// Skip notes that a manifest of an artifact, given its position, is not going to be put, nor are those that need it,
// which it returns with it. All is as of [Arrivals.AddManifest].
func (a *Arrivals) Skip(i int) (skipped []int, all bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	needing := map[int]bool{}
	a.graph.mark(i, needing)
	for _, i := range slices.Sorted(maps.Keys(needing)) {
		if !a.ended[i] {
			a.end(i)
			skipped = append(skipped, i)
		}
	}
	return skipped, len(skipped) > 0 && a.left == 0
}

// end notes that a node has ended. a.mu is held.
func (a *Arrivals) end(i int) {
	a.ended[i] = true
	a.left--
}

// served notes that what these manifests refer to is there. a.mu is held.
func (a *Arrivals) served(users []int) (ready []int) {
	for _, i := range users {
		if a.lacks[i]--; a.lacks[i] == 0 && !a.ended[i] {
			ready = append(ready, i)
		}
	}
	return ready
}

// HasBlob reports whether a blob has arrived.
func (a *Arrivals) HasBlob(d digest.Digest) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.blobs[d]
}

// LackBlobs reports whether blobs of the graph have not arrived.
func (a *Arrivals) LackBlobs() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.blobs) < len(a.graph.Blobs)
}
