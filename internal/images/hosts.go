package images

import (
	"slices"
	"sync"
	"time"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/registryclient"
)

// keptHosts is how many registries are kept that no look-up uses, with their connections and tokens,
// because they may be asked again soon.
const keptHosts = 16

// hosts are the registries that are open: what was learned about one is learned once. A registry that is
// opened for reading or writing images stays. Those that look-ups use are forgotten soon after: a table may
// name any number of them.
type hosts struct {
	shared *registryclient.Shared

	mu   sync.Mutex
	open map[string]*openHost
	idle []string // which of them nobody uses, in the order in which they were left
}

// An openHost is a registry, and how many look-ups use it.
type openHost struct {
	*registryclient.Registry
	stays bool
	users int
}

// get returns the registry of a host, which is made by create where it is not open.
func (h *hosts) get(host string, create func() (*registryclient.Registry, error)) (*openHost, error) {
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

// keep returns a registry that stays.
func (h *hosts) keep(host string, create func() (*registryclient.Registry, error)) (*registryclient.Registry, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	open, err := h.get(host, create)
	if err != nil {
		return nil, err
	}
	open.stays = true
	return open.Registry, nil
}

// use returns a registry for the time until leave is called.
func (h *hosts) use(host string, create func() (*registryclient.Registry, error)) (_ *registryclient.Registry, leave func(), _ error) {
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
func (h *hosts) leave(host string, open *openHost) {
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

// close closes connections that nobody uses.
func (h *hosts) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, open := range h.open {
		open.Close()
	}
}

// DeferredUntil returns until when the registry of an image bears no more requests, by its own word;
// the zero time if it does, or if it has not been asked.
func (r *Client) DeferredUntil(name imagename.Name) time.Time {
	r.hosts.mu.Lock()
	open := r.hosts.open[name.Host]
	r.hosts.mu.Unlock()
	if open == nil {
		return r.hosts.shared.DeferredUntil(name.Host)
	}
	return open.DeferredUntil()
}
