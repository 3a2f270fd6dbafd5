package listing

import (
	"sync"
	"time"

	"ecrmirror/internal/registryclient/session"
)

const (
	// apiLife is for how long it is remembered whether there is a referrers API: registries get one.
	apiLife = 24 * time.Hour
	// maxAPIs is of how many repositories it is remembered.
	maxAPIs = 4096
)

// APIs remembers which repositories have a referrers API at their registries, and which have none: one host may have
// repositories of either kind. It is safe for concurrent use.
type APIs struct {
	mu sync.Mutex
	of map[string]finding
}

type finding struct {
	has   bool
	until time.Time
}

// NewAPIs returns a memory in which nothing is.
func NewAPIs() *APIs { return &APIs{of: map[string]finding{}} }

func apiKey(r *session.Repository) string { return r.Name() + r.Home("").URL.Path }

// knows reports whether a repository has a referrers API, if that is known.
func (a *APIs) knows(r *session.Repository) (known, has bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	found, ok := a.of[apiKey(r)]
	return ok && time.Now().Before(found.until), found.has
}

func (a *APIs) note(r *session.Repository, has bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.of) >= maxAPIs {
		clear(a.of) // they will show it again
	}
	a.of[apiKey(r)] = finding{has, time.Now().Add(apiLife)}
}
