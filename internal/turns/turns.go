// Package turns lets one at a time deal with the same thing.
package turns

import (
	"context"
	"sync"
)

// Turns let one at a time deal with what has a key. They are safe for concurrent use. The zero value is ready.
type Turns[K comparable] struct {
	mu    sync.Mutex
	taken map[K]chan struct{} // closed when the turn is over
}

// Take waits for the turn with a key and takes it. The caller calls done.
func (t *Turns[K]) Take(ctx context.Context, key K) (done func(), err error) {
	for {
		t.mu.Lock()
		over, taken := t.taken[key]
		if !taken {
			over = make(chan struct{})
			if t.taken == nil {
				t.taken = map[K]chan struct{}{}
			}
			t.taken[key] = over
			t.mu.Unlock()
			return func() { t.end(key, over) }, nil
		}
		t.mu.Unlock()
		select {
		case <-over:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (t *Turns[K]) end(key K, over chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.taken, key)
	close(over)
}
