package mirror

import (
	"context"
	"sync"

	"ecrmirror/internal/mirror/content"
)

// awaited are blobs that a pass leaves to other images for now: they are bringing them. The zero value has none.
type awaited struct {
	mu    sync.Mutex
	blobs []content.Blob
	ends  []<-chan struct{} // of the errands that are waited for
}

// add notes that somebody else's errand for a blob is to be waited for.
func (a *awaited) add(blob content.Blob, others <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.blobs, a.ends = append(a.blobs, blob), append(a.ends, others)
}

// wait waits for those errands, unless the context ends, and returns their blobs. Nothing is added meanwhile.
func (a *awaited) wait(ctx context.Context) []content.Blob {
	blobs, ends := a.blobs, a.ends
	a.blobs, a.ends = nil, nil
	for _, end := range ends {
		select {
		case <-end:
		case <-ctx.Done():
			return nil
		}
	}
	return blobs
}
