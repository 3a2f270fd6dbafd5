package ecrtransport

import (
	"context"
	"sync"

	"github.com/opencontainers/go-digest"
)

// turns lets one at a time deal with a digest. The zero value is ready.
type turns struct {
	mu    sync.Mutex
	taken map[digest.Digest]chan struct{} // closed when the turn is over
}

// take waits for the turn with d and takes it. The caller calls done.
func (t *turns) take(ctx context.Context, d digest.Digest) (done func(), err error) {
	for {
		t.mu.Lock()
		over, taken := t.taken[d]
		if !taken {
			over = make(chan struct{})
			if t.taken == nil {
				t.taken = map[digest.Digest]chan struct{}{}
			}
			t.taken[d] = over
			t.mu.Unlock()
			return func() { t.end(d, over) }, nil
		}
		t.mu.Unlock()
		select {
		case <-over:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (t *turns) end(d digest.Digest, over chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.taken, d)
	close(over)
}
