package graph

import (
	"sync"

	"github.com/opencontainers/go-digest"
)

// Arrivals are what has arrived of a graph at one place. They tell which manifests can be put there: those that wait
// for nothing more. They are safe for concurrent use.
type Arrivals struct {
	graph *Graph

	mu    sync.Mutex
	blobs map[digest.Digest]bool
	lacks []int // for each node, how much it still waits for
}

// NewArrivals returns the arrivals at a place that has nothing of the graph.
func NewArrivals(g *Graph) *Arrivals {
	a := &Arrivals{graph: g, blobs: map[digest.Digest]bool{}, lacks: make([]int, len(g.Nodes))}
	for i, node := range g.Nodes {
		a.lacks[i] = node.needs
	}
	return a
}

// Ready returns the manifests that never waited for anything, by their positions in the graph's Nodes.
func (a *Arrivals) Ready() (ready []int) {
	for i, node := range a.graph.Nodes {
		if node.needs == 0 {
			ready = append(ready, i)
		}
	}
	return ready
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

// AddManifest notes that a manifest was put, and returns those that waited for it alone.
func (a *Arrivals) AddManifest(d digest.Digest) (ready []int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.served(a.graph.instanceUsers[d])
}

// served notes that what these manifests refer to is there. a.mu is held.
func (a *Arrivals) served(users []int) (ready []int) {
	for _, i := range users {
		if a.lacks[i]--; a.lacks[i] == 0 {
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
