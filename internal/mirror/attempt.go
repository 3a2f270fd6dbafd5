package mirror

import (
	"context"
	"sync"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/graph"
	"ecrmirror/internal/mirror/port"
)

// A blobSource is the source that a copy reads from, or another one of artifacts.
type blobSource interface {
	graph.Source
	Blob(ctx context.Context, blob content.Blob) (chunked.Blob, error)
}

// An attempt is what the places and the passes of one try at copying share.
type attempt struct {
	images port.Images
	opts   Options

	report *Report
	origin *origin
	graph  *graph.Graph
	batch  *batch
	holds  map[string]holding
	large  largeTurns // for manifests

	passes    sync.WaitGroup // of places that were set aside
	manifests sync.WaitGroup // those being put
}

// run brings the blobs to all places: to those that have held up others before, apart from these.
func (a *attempt) run(ctx context.Context, places []*place) {
	var fast, slow []*place
	for _, p := range places {
		if p.depot.slow.Load() {
			slow = append(slow, p)
		} else {
			fast = append(fast, p)
		}
	}
	if len(fast) == 0 || a.opts.ReadOnce {
		a.newPass(ctx, places, nil).run(ctx)
		return
	}
	first := a.newPass(ctx, fast, nil)
	if len(slow) > 0 {
		first.follow(ctx, a.newPass(ctx, slow, first), func() {})
	}
	first.run(ctx)
}

// sourceOf returns what a blob is read from: what only artifacts have may be in a repository of theirs.
func (a *attempt) sourceOf(blob content.Blob) blobSource {
	if a.origin.elsewhere != nil && !a.graph.IsOfImage(blob.Digest) {
		return a.origin.elsewhere
	}
	return a.origin
}
