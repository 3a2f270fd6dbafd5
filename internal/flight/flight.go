// Package flight lets those who ask for the same thing at the same time share one answer.
package flight

import (
	"context"
	"sync"
)

// Flights are what is asked for at the moment. They are safe for concurrent use.
type Flights[K comparable, V any] struct {
	mu    sync.Mutex
	under map[K]*flight[V]
}

// A flight is one that is under way.
type flight[V any] struct {
	done   chan struct{}
	value  V
	err    error
	gaveUp bool // whoever asked did, which says nothing to others
}

// New returns flights of which none is under way.
func New[K comparable, V any]() *Flights[K, V] { return &Flights[K, V]{under: map[K]*flight[V]{}} }

// Do returns what ask returns, or what another who asks for the same, by its key, gets meanwhile. Where the context of
// who asks ends, one of those who wait asks next. The value is shared: nobody may change it.
func (f *Flights[K, V]) Do(ctx context.Context, key K, ask func() (V, error)) (V, error) {
	for {
		f.mu.Lock()
		other := f.under[key]
		if other == nil {
			mine := &flight[V]{done: make(chan struct{}), gaveUp: true}
			f.under[key] = mine
			f.mu.Unlock()
			return f.lead(ctx, key, mine, ask)
		}
		f.mu.Unlock()
		select {
		case <-other.done:
			if !other.gaveUp {
				return other.value, other.err
			}
		case <-ctx.Done():
			var none V
			return none, context.Cause(ctx)
		}
	}
}

// lead asks for all who wait.
func (f *Flights[K, V]) lead(ctx context.Context, key K, mine *flight[V], ask func() (V, error)) (V, error) {
	defer func() { // also if it panics
		f.mu.Lock()
		delete(f.under, key)
		f.mu.Unlock()
		close(mine.done)
	}()
	mine.value, mine.err = ask()
	mine.gaveUp = mine.err != nil && ctx.Err() != nil
	return mine.value, mine.err
}
