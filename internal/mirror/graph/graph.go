// Package graph reads what an image consists of: its manifests, and the blobs that these refer to, each once. What
// belongs to the image beside these, its artifacts, can be added.
package graph

import (
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/mirror/references"
)

// A Graph is what a root manifest spans, and what belongs to it. It does not change once it is used.
type Graph struct {
	// Nodes are each manifest once: those of the image, after all that they refer to, so that the root is the last of
	// them, and then those of its artifacts, after their subjects.
	Nodes  []Node
	Blobs  []content.Blob // each once, largest first
	Inline map[digest.Digest]references.Inline

	root          int                     // its position in Nodes
	positions     map[digest.Digest]int   // in Nodes
	blobUsers     map[digest.Digest][]int // the manifests that refer to a blob, by their positions in Nodes
	instanceUsers map[digest.Digest][]int // those that refer to an instance, or belong to a subject
	bytes         int64                   // of all manifests
}

// A Node is one manifest of a graph.
type Node struct {
	port.Manifest
	IndexOfBlobs bool      // an index among whose members are blobs, such as a build cache
	Artifact     *Artifact // what it is as an artifact; nil for those of the image, and for parts of an artifact

	There bool // at all places, with all that it refers to

	needs int // how many blobs, instances and subjects it waits for, each counted once
}

// Root returns the root manifest.
func (g *Graph) Root() port.Manifest { return g.Nodes[g.root].Manifest }

// Manifest returns a manifest of the graph by its digest.
func (g *Graph) Manifest(d digest.Digest) (m port.Manifest, is bool) {
	at, is := g.positions[d]
	if is {
		m = g.Nodes[at].Manifest
	}
	return m, is
}

// Image returns the manifests of the image itself, without its artifacts; the last is the root.
func (g *Graph) Image() []Node { return g.Nodes[:g.root+1] }

// IsRoot reports whether a node is the root, given its position.
func (g *Graph) IsRoot(i int) bool { return i == g.root }

// IsOptional reports whether a node, given its position, is of an artifact.
func (g *Graph) IsOptional(i int) bool { return i > g.root }

// Size returns the sum of the sizes of all blobs in bytes. Unknown sizes count as nothing.
func (g *Graph) Size() (sum int64) {
	for _, blob := range g.Blobs {
		sum += max(blob.Size, 0)
	}
	return sum
}

// Digests returns the digests of the image's own manifests, each after those that it refers to.
func (g *Graph) Digests() []digest.Digest {
	digests := make([]digest.Digest, g.root+1)
	for i, node := range g.Image() {
		digests[i] = node.Digest
	}
	return digests
}

func newGraph() *Graph {
	return &Graph{
		Inline: map[digest.Digest]references.Inline{}, positions: map[digest.Digest]int{},
		blobUsers: map[digest.Digest][]int{}, instanceUsers: map[digest.Digest][]int{},
	}
}

// add adds a manifest, after those that it refers to. It becomes the root.
func (g *Graph) add(m port.Manifest, refs references.References) {
	node := Node{Manifest: m, IndexOfBlobs: references.IsIndex(m.MediaType) && len(refs.Blobs) > 0}
	g.root = g.append(node)
	for _, blob := range refs.Blobs {
		g.needs(g.blobUsers, blob.Digest)
	}
	for _, instance := range refs.Instances {
		g.needs(g.instanceUsers, instance)
	}
}

// append appends a node, and returns its position.
func (g *Graph) append(node Node) (at int) {
	at = len(g.Nodes)
	g.Nodes = append(g.Nodes, node)
	g.positions[node.Digest] = at
	g.bytes += int64(len(node.Content))
	return at
}

// needs notes that the last node waits for something, once.
func (g *Graph) needs(users map[digest.Digest][]int, d digest.Digest) {
	at := len(g.Nodes) - 1
	if of := users[d]; len(of) == 0 || of[len(of)-1] != at {
		users[d] = append(of, at)
		g.Nodes[at].needs++
	}
}
