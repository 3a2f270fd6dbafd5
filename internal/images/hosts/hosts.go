// Package hosts keeps one client for each registry: what was learned about a registry is learned once. A
// registry that is opened for reading or writing images stays. Those that look-ups use are forgotten soon after:
// a table may name any number of them.
package hosts

import (
	"slices"
	"sync"

	"ecrmirror/internal/registryclient"
)

// keptHosts is the number of registries that are kept although no look-up uses them, with their connections and
// tokens: they may be asked again soon.
const keptHosts = 16

// Hosts are the clients of registries that are open. They are safe for concurrent use.
type Hosts struct {
	mu   sync.Mutex
	open map[string]*openHost
	idle []string // which of them nobody uses, in the order in which they were left
}

// New returns Hosts of which none is open.
func New() *Hosts { return &Hosts{open: map[string]*openHost{}} }

// An openHost is a registry, and how many look-ups use it.
type openHost struct {
	*registryclient.Registry
	stays bool
	users int
}

// get returns the registry of a host, which is made by create where it is not open.
func (h *Hosts) get(host string, create func() (*registryclient.Registry, error)) (*openHost, error) {
	if h.open[host] == nil {
		registry, err := create()
		if err != nil {
			return nil, err
		}
		h.open[host] = &openHost{Registry: registry}
	}
	if i := slices.Index(h.idle, host); i >= 0 {
		h.idle = slices.Delete(h.idle, i, i+1)
	}
	return h.open[host], nil
}

// Keep returns the registry of a host, which create makes where it is not open. It stays open.
func (h *Hosts) Keep(host string, create func() (*registryclient.Registry, error)) (*registryclient.Registry, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	open, err := h.get(host, create)
	if err != nil {
		return nil, err
	}
	open.stays = true
	return open.Registry, nil
}

// Use returns the registry of a host for the time until leave is called. Create makes it where it is not open.
func (h *Hosts) Use(
	host string, create func() (*registryclient.Registry, error),
) (_ *registryclient.Registry, leave func(), _ error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	open, err := h.get(host, create)
	if err != nil {
		return nil, nil, err
	}
	open.users++
	return open.Registry, func() { h.leave(host, open) }, nil
}

// leave forgets the registry that nobody has used for longest, if there are too many.
func (h *Hosts) leave(host string, open *openHost) {
	h.mu.Lock()
	open.users--
	if open.users == 0 && !open.stays {
		h.idle = append(h.idle, host)
	}
	var gone *openHost
	if len(h.idle) > keptHosts {
		gone = h.open[h.idle[0]]
		delete(h.open, h.idle[0])
		h.idle = slices.Delete(h.idle, 0, 1)
	}
	h.mu.Unlock()
	if gone != nil {
		gone.Forget()
	}
}

// Close closes connections that are idle. The Hosts can be used on.
func (h *Hosts) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, open := range h.open {
		open.Close()
	}
}

// Opened returns the registry of a host if it is open, else nil.
func (h *Hosts) Opened(host string) *registryclient.Registry {
	h.mu.Lock()
	defer h.mu.Unlock()
	if open := h.open[host]; open != nil {
		return open.Registry
	}
	return nil
}
