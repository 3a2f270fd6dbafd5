package registryclient

import (
	"context"
	"sync"
)

// A host is one that requests go to: the registry itself, or one that its answers lead to, which is
// met as anyone may meet it.
type host struct {
	name  string // HOST:PORT
	home  bool
	login func(ctx context.Context, repository string) (Login, error)

	mu        sync.Mutex
	challenge *challenge // how it asked for a login when it last did
	pinged    bool
}

// anonymous is the login at hosts that are not the registry.
func anonymous(context.Context, string) (Login, error) { return Login{}, nil }

// known returns how the host asked for a login when it last did, or nil.
func (h *host) known() *challenge {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.challenge
}

func (h *host) learn(c *challenge) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.challenge = c
}

// ping reports whether the host is still to be asked for its challenge; once, it is.
func (h *host) ping() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	first := !h.pinged
	h.pinged = true
	return first
}

// maxHosts is how many hosts are remembered that one registry, or one repository of it, led to.
const maxHosts = 16

// hostOf returns the host of a place.
func (r *Registry) hostOf(at *place) *host {
	if at.home {
		return r.own
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	key := origin(at.url)
	if r.others[key] == nil {
		if len(r.others) >= maxHosts {
			clear(r.others) // they will ask again
		}
		r.others[key] = &host{name: at.url.Host, login: anonymous}
	}
	return r.others[key]
}

// accessTo returns how the repository is reached at a place.
func (r *Repository) accessTo(at *place) *access {
	h := r.registry.hostOf(at)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.accesses[h] == nil {
		if len(r.accesses) >= maxHosts {
			clear(r.accesses)
		}
		r.accesses[h] = &access{repository: r, host: h, root: at.root(), turn: newTurn()}
	}
	return r.accesses[h]
}
