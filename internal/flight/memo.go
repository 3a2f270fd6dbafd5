package flight

import (
	"context"
	"sync"
)

// A Memo remembers what was answered, so that each thing is asked for once. An error is not remembered: who asks next
// may be told. It is safe for concurrent use.
type Memo[K comparable, V any] struct {
	flights *Flights[K, V]
	most    int

	mu   sync.Mutex
	told map[K]V
}

// NewMemo returns a Memo of so many things at most: where there are more, it forgets all.
func NewMemo[K comparable, V any](most int) *Memo[K, V] {
	return &Memo[K, V]{flights: New[K, V](), most: most, told: map[K]V{}}
}

// Do returns what was answered before, or else asks as [Flights.Do] does. The value is shared: nobody may change it.
func (m *Memo[K, V]) Do(ctx context.Context, key K, ask func() (V, error)) (V, error) {
	if value, known := m.recall(key); known {
		return value, nil
	}
	return m.flights.Do(ctx, key, func() (V, error) {
		if value, known := m.recall(key); known { // by who asked right before
			return value, nil
		}
		value, err := ask()
		if err == nil {
			m.remember(key, value)
		}
		return value, err
	})
}

func (m *Memo[K, V]) recall(key K) (value V, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	value, known = m.told[key]
	return value, known
}

func (m *Memo[K, V]) remember(key K, value V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.told) >= m.most {
		clear(m.told)
	}
	m.told[key] = value
}
