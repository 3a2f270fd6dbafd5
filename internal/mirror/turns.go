package mirror

import (
	"context"
	"maps"
	"slices"
	"sync"

	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/stock"
)

// turns are those of one blob, by the members that it is brought to.
type turns map[*member]*stock.Turn

func (t turns) members() []*member { return slices.Collect(maps.Keys(t)) }

// end ends the turn of a member, if it has one.
func (t turns) end(m *member, has bool) {
	if turn := t[m]; turn != nil {
		turn.End(has)
	}
}

// endAll ends the turns that have not: those members did not get the blob.
func (t turns) endAll() {
	for _, turn := range t {
		turn.End(false)
	}
}

// awaited are blobs that other images bring to places of a pass. The zero value has none.
type awaited struct {
	mu    sync.Mutex
	blobs []content.Blob
	ends  []<-chan struct{} // of the turns that are waited for
}

// add notes that somebody else's turn to bring a blob is to be waited for.
func (a *awaited) add(blob content.Blob, others <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.blobs, a.ends = append(a.blobs, blob), append(a.ends, others)
}

// wait waits for those turns, unless the context ends, and returns their blobs, each once.
func (a *awaited) wait(ctx context.Context) (blobs []content.Blob) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, end := range a.ends {
		select {
		case <-end:
		case <-ctx.Done():
			return nil
		}
		if !slices.ContainsFunc(blobs, func(b content.Blob) bool { return b.Digest == a.blobs[i].Digest }) {
			blobs = append(blobs, a.blobs[i])
		}
	}
	a.blobs, a.ends = nil, nil
	return blobs
}
