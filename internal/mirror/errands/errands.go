// Package errands has one of several do what all of them are to do, blob by blob.
package errands

import (
	"sync"

	"github.com/opencontainers/go-digest"
)

// Errands are at most one for each blob. The zero value has none; it is safe for concurrent use.
type Errands struct {
	mu    sync.Mutex
	blobs map[digest.Digest]chan struct{} // closed when the errand ends
}

// Begin begins the errand for a blob, which the caller ends by end. Where another is on it, end is nil, and others is
// closed when that one ends.
func (e *Errands) Begin(d digest.Digest) (end func(), others <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if ended, is := e.blobs[d]; is {
		return nil, ended
	}
	if e.blobs == nil {
		e.blobs = map[digest.Digest]chan struct{}{}
	}
	ended := make(chan struct{})
	e.blobs[d] = ended
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.blobs, d)
		close(ended)
	}, nil
}
