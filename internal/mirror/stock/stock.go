// Package stock keeps what images that are copied side by side bring to one place, so that each blob is brought once.
package stock

import (
	"maps"
	"sync"

	"github.com/opencontainers/go-digest"
)

// A Stock is the blobs that a place is known to have, and those that it is being brought. The zero value knows of none.
// It is safe for concurrent use.
type Stock struct {
	mu    sync.Mutex
	blobs map[digest.Digest]*Turn // by which each is being brought; nil = it has arrived
}

// A Turn is the right to bring one blob to the place. Nobody else brings it until the turn ends.
type Turn struct {
	stock  *Stock
	digest digest.Digest
	ended  chan struct{}
	over   sync.Once
}

// Begin asks for a turn to bring a blob. Has says that the place has the blob. Where another's turn is under way,
// others is closed when it ends; then it is to be asked again. Else the caller has the turn, and ends it.
func (s *Stock) Begin(d digest.Digest) (turn *Turn, has bool, others <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch others, known := s.blobs[d]; {
	case !known:
		if s.blobs == nil {
			s.blobs = map[digest.Digest]*Turn{}
		}
		turn = &Turn{stock: s, digest: d, ended: make(chan struct{})}
		s.blobs[d] = turn
		return turn, false, nil
	case others == nil:
		return nil, true, nil
	default:
		return nil, false, others.ended
	}
}

// End ends the turn: the place has the blob now, or it does not and another may bring it. To end it again does nothing.
func (t *Turn) End(has bool) {
	t.over.Do(func() {
		t.stock.mu.Lock()
		defer t.stock.mu.Unlock()
		if has {
			t.stock.blobs[t.digest] = nil
		} else {
			delete(t.stock.blobs, t.digest)
		}
		close(t.ended)
	})
}

// Forget forgets what has arrived, so that it is looked for again. Turns that are under way go on.
func (s *Stock) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.blobs, func(_ digest.Digest, bringing *Turn) bool { return bringing == nil })
}
