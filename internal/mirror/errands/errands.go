// Package errands has one of several do what all of them are to do, blob by blob.
package errands

import (
	"sync"

	"github.com/opencontainers/go-digest"
)

// patience is how many errands for a blob may get stuck until nobody waits for one any more: those who come one after
// the other would find out one after the other.
const patience = 2

// Errands are at most one for each blob, unless they get stuck. The zero value has none; it is safe for concurrent use.
type Errands struct {
	mu    sync.Mutex
	blobs map[digest.Digest]chan struct{} // closed when the errand ends
	stuck map[digest.Digest]int           // how many errands got stuck
}

// Begin begins the errand for a blob, which the caller ends by end, and says whether it got stuck, which takes long.
// Where another is on it, end is nil, and others is closed when that one ends.
func (e *Errands) Begin(d digest.Digest) (end func(stuck bool), others <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stuck[d] >= patience {
		return func(bool) {}, nil
	}
	if ended, is := e.blobs[d]; is {
		return nil, ended
	}
	if e.blobs == nil {
		e.blobs, e.stuck = map[digest.Digest]chan struct{}{}, map[digest.Digest]int{}
	}
	ended := make(chan struct{})
	e.blobs[d] = ended
	return func(stuck bool) {
		e.mu.Lock()
		defer e.mu.Unlock()
		if stuck {
			e.stuck[d]++
		}
		delete(e.blobs, d)
		close(ended)
	}, nil
}
