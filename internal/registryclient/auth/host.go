package auth

import (
	"context"
	"sync"
)

// A Host is one that requests go to: the registry itself, or one that its answers lead to, which gets no login.
type Host struct {
	name  string // HOST:PORT
	home  bool
	login func(ctx context.Context, repository string) (Login, error)

	mu        sync.Mutex
	challenge *challenge // how it asked for a login when it last did
	pinged    bool
}

// NewHost returns the registry itself, at HOST:PORT, with what gives its logins.
func NewHost(name string, login func(ctx context.Context, repository string) (Login, error)) *Host {
	return &Host{name: name, home: true, login: login}
}

// NewOutside returns a host that answers led to. Nobody is logged in there.
func NewOutside(name string) *Host { return &Host{name: name, login: Anonymous} }

// Anonymous returns the login of nobody.
func Anonymous(context.Context, string) (Login, error) { return Login{}, nil }

// known returns how the host asked for a login when it last did, or nil.
func (h *Host) known() *challenge {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.challenge
}

func (h *Host) learn(c *challenge) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.challenge = c
}

// ping reports whether the host is still to be asked for its challenge; once, it is.
func (h *Host) ping() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	first := !h.pinged
	h.pinged = true
	return first
}
