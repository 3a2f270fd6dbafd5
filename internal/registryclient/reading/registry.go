// Package reading reads from a registry: digests at a pace that it bears, manifests, and blobs by ranges where they
// really are.
package reading

import (
	"sync"
	"sync/atomic"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/registryclient/pace"
	"ecrmirror/internal/registryclient/session"
)

// Options say how a registry is read.
type Options struct {
	Pace   *pace.Pace      // of asking for digests
	Budget *chunked.Budget // bounds the bytes in the buffers of blobs being read
	Chunks chunked.Options // tunes the reading of blobs
}

// A Registry is one that is read. It is safe for concurrent use.
type Registry struct {
	session *session.Registry
	opts    Options

	serves atomic.Bool // it served a range of a blob itself when it was last asked
	heads  atomic.Bool // it told a manifest's digest by HEAD
	stored atomic.Pointer[stored]

	mu        sync.Mutex
	rangeless map[string]bool // hosts of redirects that sent all of a blob instead of a range
}

// A stored manifest is one that a registry is known to have.
type stored struct {
	repository Repository
	reference  string
	asked      atomic.Bool // for its digest by HEAD
}

// New returns a registry that is met by a session.
func New(s *session.Registry, opts Options) *Registry {
	return &Registry{session: s, opts: opts, rangeless: map[string]bool{}}
}

// A Repository is one that is read. It is safe for concurrent use.
type Repository struct {
	*session.Repository
	registry *Registry
}

// Repository returns the repository that is met by a session.
func (r *Registry) Repository(s *session.Repository) Repository { return Repository{s, r} }

func (r *Registry) honoursRanges(host string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.rangeless[host]
}

func (r *Registry) noteRanges(host string, honoured bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if honoured {
		delete(r.rangeless, host)
		return
	}
	if len(r.rangeless) >= session.MaxHosts {
		clear(r.rangeless) // they will show it again
	}
	r.rangeless[host] = true
}
