package graph

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/mirror/content"
)

// An Artifact is what a node of a graph is as an artifact.
type Artifact struct {
	Subject digest.Digest
	Type    string   // "" if no list has said it
	Tags    []string // the digest tags by which it is put, beside its digest
}

// ErrOtherSubject says that a manifest belongs to another one than the list of artifacts says, or to none.
var ErrOtherSubject = errors.New("its manifest does not name the subject that it is listed for")

// ErrOwnPart says that a digest tag names a manifest of the image itself.
var ErrOwnPart = errors.New("it is a manifest of the image itself")

// Room returns what is left beside the graph for artifacts that are read at a time, given how many bytes all manifests
// may have; see [Options].
func (g *Graph) Room(most int64) *Room {
	room := newRoom(most)
	room.used.Store(g.bytes)
	return room
}

// ReadArtifact reads an artifact of a manifest as a graph of its own, whose root it is, and verifies it. A referrer
// must name the subject. The type is what it says of itself. The error wraps [ErrLarge] if the room, in which
// Options.Most does not count, is too small for its manifests beside what others have read. The graph does not change,
// so that several can be read at a time.
func (g *Graph) ReadArtifact(
	ctx context.Context, source Source, subject digest.Digest, a artifacts.Artifact, opts Options, room *Room,
) (read *Graph, artifactType string, err error) {
	if read, err = readInto(ctx, source, a.Digest, opts, room); err != nil {
		return nil, "", err
	}
	says, err := artifacts.Describe(read.Root().Content)
	switch {
	case err != nil && a.Tag == "":
		return nil, "", err
	case a.Tag == "" && says.Subject != subject:
		return nil, "", ErrOtherSubject
	}
	return read, says.Type, nil
}

// Add adds an artifact that [Graph.ReadArtifact] has read. One that the graph has already is not there twice: it only
// gets another digest tag. A manifest of the image is put with the image, and listed as a referrer then; as what a
// digest tag names it is [ErrOwnPart].
func (g *Graph) Add(subject digest.Digest, a artifacts.Artifact, read *Graph) error {
	if at, is := g.positions[a.Digest]; is && at <= g.root {
		if a.Tag != "" {
			return ErrOwnPart
		}
		return nil
	}
	if g.bytes+read.bytes > maxManifestBytes || len(g.Nodes)+len(read.Nodes) > maxManifests ||
		len(g.Blobs)+len(read.Blobs) > maxBlobs {
		return fmt.Errorf("more than %d %w", maxManifestBytes, ErrLarge)
	}
	g.merge(read, nil)
	at := g.positions[a.Digest]
	node := &g.Nodes[at]
	if node.Artifact == nil {
		node.Artifact = &Artifact{Subject: subject, Type: a.Type}
	}
	if a.Tag != "" && !slices.Contains(node.Artifact.Tags, a.Tag) {
		node.Artifact.Tags = append(node.Artifact.Tags, a.Tag)
	}
	g.waitFor(at, subject)
	return nil
}

// merge adds the nodes of another graph that are not there, except some, with what they refer to.
func (g *Graph) merge(other *Graph, except map[int]bool) {
	maps.Copy(g.Inline, other.Inline)
	blobs, instances := byUser(other.blobUsers), byUser(other.instanceUsers)
	sizes := map[digest.Digest]content.Blob{}
	for _, blob := range other.Blobs {
		sizes[blob.Digest] = blob
	}
	for i, node := range other.Nodes {
		if _, is := g.positions[node.Digest]; is || except[i] {
			continue
		}
		node.needs = 0
		g.append(node)
		if node.There {
			continue
		}
		for _, d := range blobs[i] {
			if _, known := g.blobUsers[d]; !known {
				g.Blobs = append(g.Blobs, sizes[d])
			}
			g.needs(g.blobUsers, d)
		}
		for _, d := range instances[i] {
			g.needs(g.instanceUsers, d)
		}
	}
	g.sort()
}

// byUser returns what each node uses.
func byUser(users map[digest.Digest][]int) map[int][]digest.Digest {
	used := map[int][]digest.Digest{}
	for d, of := range users {
		for _, i := range of {
			used[i] = append(used[i], d)
		}
	}
	return used
}

// waitFor has a node wait for its subject, which must come before it: what belongs to something that came later waits
// for nothing.
func (g *Graph) waitFor(at int, subject digest.Digest) {
	before, is := g.positions[subject]
	if !is || before >= at || slices.Contains(g.instanceUsers[subject], at) {
		return
	}
	g.instanceUsers[subject] = append(g.instanceUsers[subject], at)
	g.Nodes[at].needs++
}

// Artifacts returns the positions of the artifacts among the nodes.
func (g *Graph) Artifacts() (positions []int) {
	for i := g.root + 1; i < len(g.Nodes); i++ {
		if g.Nodes[i].Artifact != nil {
			positions = append(positions, i)
		}
	}
	return positions
}

// Subjects returns what the artifacts belong to, each once.
func (g *Graph) Subjects() map[digest.Digest]bool {
	subjects := map[digest.Digest]bool{}
	for _, i := range g.Artifacts() {
		subjects[g.Nodes[i].Artifact.Subject] = true
	}
	return subjects
}

// Using returns the positions of the artifacts that can't be there without a blob, and whether the image itself can't.
func (g *Graph) Using(blob digest.Digest) (positions []int, byImage bool) {
	without := map[int]bool{}
	for _, i := range g.blobUsers[blob] {
		g.mark(i, without)
	}
	for _, i := range slices.Sorted(maps.Keys(without)) {
		switch {
		case !g.IsOptional(i):
			byImage = true
		case g.Nodes[i].Artifact != nil:
			positions = append(positions, i)
		}
	}
	return positions, byImage
}

// IsOfImage reports whether the image itself needs a blob.
func (g *Graph) IsOfImage(blob digest.Digest) bool {
	return slices.ContainsFunc(g.blobUsers[blob], func(i int) bool { return !g.IsOptional(i) })
}

// mark marks a node, and those that refer or belong to it.
func (g *Graph) mark(i int, marked map[int]bool) {
	if marked[i] {
		return
	}
	marked[i] = true
	for _, user := range g.instanceUsers[g.Nodes[i].Digest] {
		g.mark(user, marked)
	}
}

// Without returns the graph without some of its artifacts, given by their positions, and what belongs to these.
func (g *Graph) Without(positions []int) *Graph {
	out := map[int]bool{}
	for _, i := range positions {
		g.mark(i, out)
	}
	less := newGraph()
	less.merge(g, out)
	less.root = g.root
	return less
}

// All returns the positions of all nodes.
func (g *Graph) All() []int {
	positions := make([]int, len(g.Nodes))
	for i := range positions {
		positions[i] = i
	}
	return positions
}

// Having returns the graph for places that have some of its manifests already, given by their positions, with all that
// these refer to: they are not put, and their blobs are not asked about.
func (g *Graph) Having(positions []int) *Graph {
	some := *g
	some.Nodes = slices.Clone(g.Nodes)
	for _, i := range positions {
		some.Nodes[i].There = true
	}
	less := newGraph()
	less.merge(&some, nil)
	less.root = g.root
	return less
}
