package main

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"
)

// moving is a registry whose images move while they are looked at, and that now and then fails.
type moving struct {
	mu     sync.Mutex
	random *rand.Rand
	fails  bool
	had    map[string][]digest.Digest // by path: what the image was and is
}

func (m *moving) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	pause, fails := time.Duration(m.random.IntN(3000))*time.Microsecond, m.fails && m.random.IntN(60) == 0
	m.mu.Unlock()
	select {
	case <-time.After(pause):
	case <-r.Context().Done():
	}
	now := m.now(r.URL.Path)
	switch {
	case fails:
		http.Error(w, "now and then", http.StatusServiceUnavailable)
	case now == "":
		http.NotFound(w, r)
	default:
		w.Header().Set("Docker-Content-Digest", now.String())
	}
}

func (m *moving) fail(now bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fails = now
}

func (m *moving) now(path string) digest.Digest {
	if all := m.all(path); len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}

func (m *moving) all(path string) []digest.Digest {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.had[path])
}

func (m *moving) move(path string, to digest.Digest) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.had[path] = append(m.had[path], to)
}
