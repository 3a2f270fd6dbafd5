package pace

import (
	"sync"
	"time"
)

// maxRemembered is how many registries are remembered that are not to be asked for now.
const maxRemembered = 4096

// A Memory holds the paces of registries whose clients are gone. It is safe for concurrent use.
type Memory struct {
	mu         sync.Mutex
	remembered map[string]*Pace // by host
}

// NewMemory returns a memory without paces.
func NewMemory() *Memory { return &Memory{remembered: map[string]*Pace{}} }

// Keep remembers the pace of a registry for as long as it differs from that of an unknown one.
func (m *Memory) Keep(p *Pace) {
	now := time.Now()
	if !p.matters(now) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.remembered) >= maxRemembered {
		for host, old := range m.remembered {
			if !old.matters(now) {
				delete(m.remembered, host)
			}
		}
	}
	if len(m.remembered) >= maxRemembered {
		clear(m.remembered) // they will say it again
	}
	m.remembered[p.host] = p
}

// Recall returns the pace of a host and forgets it. The pace of a host that is not remembered is new.
func (m *Memory) Recall(host string) *Pace {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.remembered[host]; p != nil {
		delete(m.remembered, host)
		return p
	}
	return New(host, Options{})
}

// DeferredUntil returns until when a remembered registry is rate-limited, by its own word; the zero time if it is not,
// or is not remembered.
func (m *Memory) DeferredUntil(host string) time.Time {
	m.mu.Lock()
	p := m.remembered[host]
	m.mu.Unlock()
	if p == nil {
		return time.Time{}
	}
	return p.DeferredUntil()
}
