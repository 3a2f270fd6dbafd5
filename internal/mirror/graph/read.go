package graph

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/mirror/references"
)

// Limits on what a graph may consist of: above any real image, low enough that a hostile one can exhaust neither
// memory nor time.
const (
	MaxManifest      = 4 << 20  // bytes of one manifest; that of ECR and of most registries
	maxManifestBytes = 16 << 20 // of all manifests of an image; one has 2 KiB or so
	maxManifests     = 10_000
	maxDepth         = 8      // indexes within indexes
	maxBlobs         = 50_000 // distinct ones; a manifest of MaxManifest bytes can name 46,000
)

// atOnce is how many manifests are read at a time.
const atOnce = 8

// A Source is what a graph is read from; see [port.Source].
type Source interface {
	Manifest(ctx context.Context, reference string) (manifest []byte, mediaType string, err error)
	OneAtATime() bool
}

// Options of [Read].
type Options struct {
	Within    time.Duration    // how long one manifest may take; see package stall
	Transient func(error) bool // whether an error may be gone on another try
	// Most is how many bytes the manifests may have together: they are in memory, beside the budget. 0 = 16 MiB, which
	// is also the most that it may be.
	Most int64
}

// ErrLarge says that the manifests have more bytes than they may.
var ErrLarge = errors.New("bytes of manifests")

// A Room is for the bytes of manifests, of one graph or of several that are read at a time. It is safe for concurrent
// use.
type Room struct {
	most int64
	used atomic.Int64
}

// newRoom returns the room of which a graph has so many bytes at most; see [Options].
func newRoom(most int64) *Room {
	if most == 0 || most > maxManifestBytes {
		most = maxManifestBytes
	}
	return &Room{most: most}
}

// take takes bytes of a manifest that was read.
func (r *Room) take(bytes int64) error {
	if r.used.Add(bytes) > r.most {
		return fmt.Errorf("more than %d %w", r.most, ErrLarge)
	}
	return nil
}

// A reader reads a graph.
type reader struct {
	source Source
	opts   Options
	graph  *Graph
	room   *Room
	seen   map[digest.Digest]bool
}

// Read reads all manifests of a source that a root manifest spans. It verifies each against its digest. The error wraps
// [ErrLarge] if they have too many bytes.
func Read(ctx context.Context, source Source, root digest.Digest, opts Options) (*Graph, error) {
	return readInto(ctx, source, root, opts, newRoom(opts.Most))
}

// readInto reads a graph that takes its bytes from a room.
func readInto(ctx context.Context, source Source, root digest.Digest, opts Options, room *Room) (*Graph, error) {
	r := reader{source: source, opts: opts, graph: newGraph(), room: room, seen: map[digest.Digest]bool{}}
	m, err := r.fetch(ctx, root)
	if err != nil {
		return nil, err
	}
	if err := r.walk(ctx, m, 0); err != nil {
		return nil, err
	}
	r.graph.sort()
	return r.graph, nil
}

// sort sorts the blobs, largest first.
func (g *Graph) sort() {
	slices.SortStableFunc(g.Blobs, func(a, b content.Blob) int { return cmp.Compare(b.Size, a.Size) })
}

// walk adds a manifest and all that it refers to, children before parents.
func (r *reader) walk(ctx context.Context, m port.Manifest, depth int) error {
	if r.seen[m.Digest] {
		return nil
	}
	r.seen[m.Digest] = true
	if len(r.seen) > maxManifests || depth > maxDepth {
		return fmt.Errorf("more than %d manifests, or indexes nested deeper than %d", maxManifests, maxDepth)
	}
	refs, err := references.Parse(m.Content, m.MediaType)
	if err == nil {
		err = r.decide(ctx, &refs)
	}
	if err == nil {
		err = r.addBlobs(refs.Blobs)
	}
	if err != nil {
		return fmt.Errorf("manifest %s: %w", m.Digest, err)
	}
	maps.Copy(r.graph.Inline, refs.Inline)
	if err := r.walkBelow(ctx, refs.Instances, depth); err != nil {
		return err
	}
	r.graph.add(m, refs)
	return nil
}

// walkBelow walks the instances of an index, which it fetches side by side.
func (r *reader) walkBelow(ctx context.Context, instances []digest.Digest, depth int) error {
	var unseen []digest.Digest
	listed := map[digest.Digest]bool{}
	for _, instance := range instances {
		if !r.seen[instance] && !listed[instance] {
			listed[instance] = true
			unseen = append(unseen, instance)
		}
	}
	children, err := r.fetchAll(ctx, unseen)
	if err != nil {
		return err
	}
	for _, child := range children {
		if err := r.walk(ctx, child, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) fetchAll(ctx context.Context, instances []digest.Digest) ([]port.Manifest, error) {
	if len(r.seen)+len(instances) > maxManifests {
		return nil, fmt.Errorf("more than %d manifests", maxManifests)
	}
	children := make([]port.Manifest, len(instances))
	g, ctx := r.together(ctx)
	for i, instance := range instances {
		g.Go(func() (err error) {
			if children[i], err = r.fetch(ctx, instance); err != nil {
				return fmt.Errorf("instance %s: %w", instance, err)
			}
			return nil
		})
	}
	return children, g.Wait()
}

// together returns a group of as many goroutines as may read manifests at a time.
func (r *reader) together(ctx context.Context) (*errgroup.Group, context.Context) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	if r.source.OneAtATime() {
		g.SetLimit(1)
	}
	return g, ctx
}

func (r *reader) addBlobs(blobs []content.Blob) error {
	for _, blob := range blobs {
		if _, known := r.graph.blobUsers[blob.Digest]; known {
			continue
		}
		if len(r.graph.Blobs) >= maxBlobs {
			return fmt.Errorf("more than %d blobs", maxBlobs)
		}
		r.graph.blobUsers[blob.Digest] = nil // add notes them
		r.graph.Blobs = append(r.graph.Blobs, blob)
	}
	return nil
}
