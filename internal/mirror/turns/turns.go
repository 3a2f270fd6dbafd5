// Package turns has one at a time do what several are to do, blob by blob.
package turns

import (
	"sync"

	"github.com/opencontainers/go-digest"
)

// Turns are at most one for each blob. The zero value has none; it is safe for concurrent use.
type Turns struct {
	mu    sync.Mutex
	blobs map[digest.Digest]chan struct{} // closed when the turn ends
}

// Begin takes the turn of a blob, which the caller ends by end. Where another has it, end is nil, and others is closed
// when that turn ends.
func (t *Turns) Begin(d digest.Digest) (end func(), others <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if taken, is := t.blobs[d]; is {
		return nil, taken
	}
	if t.blobs == nil {
		t.blobs = map[digest.Digest]chan struct{}{}
	}
	ended := make(chan struct{})
	t.blobs[d] = ended
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.blobs, d)
		close(ended)
	}, nil
}
