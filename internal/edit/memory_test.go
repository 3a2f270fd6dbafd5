package edit_test

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/table"
)

// memory is a table: destinations by source, "" where the item is an invalid entry.
type memory struct {
	mu      sync.Mutex
	entries map[string]string
	fails   map[string]error // by source, "" for reading
}

func (m *memory) All(context.Context, time.Time) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		if err := m.fails[""]; err != nil {
			yield(entry.Entry{}, err)
			return
		}
		for _, source := range slices.Sorted(maps.Keys(m.entries)) {
			e, err := entryTo(source, m.entries[source]), error(nil)
			if m.entries[source] == "" {
				e, err = entry.Entry{}, &entry.Error{Source: source, Err: errors.New("no Destination")}
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func (m *memory) Put(_ context.Context, e entry.Entry, _ time.Time) (table.Change, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fails[e.Source]; err != nil {
		return "", err
	}
	old, there := m.entries[e.Source]
	m.entries[e.Source] = strings.Join(e.Destinations, ",")
	switch {
	case !there:
		return table.Created, nil
	case old == m.entries[e.Source]:
		return table.Kept, nil
	}
	return table.Replaced, nil
}

func (m *memory) Remove(_ context.Context, source string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, there := m.entries[source]
	if err := m.fails[source]; err != nil {
		return false, err
	}
	delete(m.entries, source)
	return there, nil
}

func entryTo(source, destinations string) entry.Entry {
	return entry.Entry{Source: source, Destinations: strings.Split(destinations, ",")}
}
