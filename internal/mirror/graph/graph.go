// Package graph reads what an image consists of: its manifests, and the blobs that these refer to, each once.
package graph

import (
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/mirror/references"
)

// A Graph is what a root manifest spans. It does not change once it is read.
type Graph struct {
	Nodes  []Node         // each manifest once, after all that it refers to; so the last is the root
	Blobs  []content.Blob // each once, largest first
	Inline map[digest.Digest]references.Inline

	blobUsers     map[digest.Digest][]int // the manifests that refer to a blob, by their positions in Nodes
	instanceUsers map[digest.Digest][]int // those that refer to an instance
}

// A Node is one manifest of a graph.
type Node struct {
	port.Manifest
	IndexOfBlobs bool // an index among whose members are blobs, such as a build cache

	needs int // how many blobs and instances it refers to, each counted once
}

// Root returns the root manifest.
func (g *Graph) Root() port.Manifest { return g.Nodes[len(g.Nodes)-1].Manifest }

// Size returns the sum of the sizes of all blobs in bytes. Unknown sizes count as nothing.
func (g *Graph) Size() (sum int64) {
	for _, blob := range g.Blobs {
		sum += max(blob.Size, 0)
	}
	return sum
}

// Digests returns the digests of all manifests, each after those that it refers to.
func (g *Graph) Digests() []digest.Digest {
	digests := make([]digest.Digest, len(g.Nodes))
	for i, node := range g.Nodes {
		digests[i] = node.Digest
	}
	return digests
}

func newGraph() *Graph {
	return &Graph{
		Inline:    map[digest.Digest]references.Inline{},
		blobUsers: map[digest.Digest][]int{}, instanceUsers: map[digest.Digest][]int{},
	}
}

// add adds a manifest, after those that it refers to.
func (g *Graph) add(m port.Manifest, refs references.References) {
	at := len(g.Nodes)
	node := Node{Manifest: m, IndexOfBlobs: references.IsIndex(m.MediaType) && len(refs.Blobs) > 0}
	note := func(users map[digest.Digest][]int, d digest.Digest) {
		if of := users[d]; len(of) == 0 || of[len(of)-1] != at { // once
			users[d] = append(of, at)
			node.needs++
		}
	}
	for _, blob := range refs.Blobs {
		note(g.blobUsers, blob.Digest)
	}
	for _, instance := range refs.Instances {
		note(g.instanceUsers, instance)
	}
	g.Nodes = append(g.Nodes, node)
}
