// Package session makes requests for the repositories of one registry: it logs in where that is wanted, follows where
// it is sent, and tries again where another try may help soon. It knows nothing of manifests and blobs.
package session

import (
	"context"
	"sync"
	"time"

	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/auth"
	"ecrmirror/internal/registryclient/wire"
)

// Options say how a registry is met. All are required.
type Options struct {
	Wire  wire.Options
	Login func(ctx context.Context, repository string) (auth.Login, error) // asked only when the registry wants one
	// Answers bounds the memory in which answers are read, Tokens that in which authorizations are kept.
	Answers *answer.Memory
	Tokens  *Tokens
	// Attempts is how often a request is made where the registry throttles or fails, or the connection breaks.
	Attempts int
	// Backoff bounds the first pause between attempts; it doubles for each further one.
	Backoff time.Duration
}

// A Registry is a host that keeps images. It is safe for concurrent use.
type Registry struct {
	*wire.Wire
	Answers *answer.Memory
	opts    Options
	auth    auth.Client

	own *auth.Host // how it is met itself

	mu           sync.Mutex
	repositories map[auth.Scope]*Repository
	tokens       int64                 // bytes of those that the repositories hold, among what is shared
	others       map[string]*auth.Host // that it led to, by their origins
}

// New returns a registry. It asks nobody; for its errors see [wire.New].
func New(opts Options) (*Registry, error) {
	w, err := wire.New(opts.Wire)
	if err != nil {
		return nil, err
	}
	r := &Registry{
		Wire: w, Answers: opts.Answers, opts: opts, own: auth.NewHost(w.Host(), opts.Login),
		repositories: map[auth.Scope]*Repository{}, others: map[string]*auth.Host{},
	}
	r.auth = auth.Client{Wire: w, Answers: opts.Answers, Holds: r.holds}
	return r, nil
}

// Name returns HOST or HOST:PORT, as image names say it.
func (r *Registry) Name() string { return r.opts.Wire.Host }

// maxRepositories is how many repositories are remembered, with the tokens for them.
const maxRepositories = 4096

// Repository returns a repository, which need not exist. What is read and what is written has tokens of its own.
func (r *Registry) Repository(scope auth.Scope) *Repository {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.repositories[scope] == nil {
		if len(r.repositories) >= maxRepositories {
			r.dropTokens()
		}
		r.repositories[scope] = &Repository{Registry: r, scope: scope, accesses: map[*auth.Host]*auth.Access{}}
	}
	return r.repositories[scope]
}

// dropTokens forgets the repositories with their tokens: those in use go on; others will want another
// token. The caller holds mu.
func (r *Registry) dropTokens() {
	clear(r.repositories)
	r.opts.Tokens.keep(-r.tokens)
	r.tokens = 0
}

// holds counts n more bytes of tokens that the repositories have. Where the process has too many, those of
// this registry go.
func (r *Registry) holds(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tokens += n
	if r.opts.Tokens.keep(n) {
		r.dropTokens()
	}
}

// Forget closes idle connections and drops all tokens.
func (r *Registry) Forget() {
	r.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dropTokens()
}

// MaxHosts is how many hosts are remembered that one registry, or one repository of it, led to.
const MaxHosts = 16

// hostOf returns the host of a place.
func (r *Registry) hostOf(at *wire.Place) *auth.Host {
	if at.Home {
		return r.own
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	key := wire.Origin(at.URL)
	if r.others[key] == nil {
		if len(r.others) >= MaxHosts {
			clear(r.others) // they will ask again
		}
		r.others[key] = auth.NewOutside(at.URL.Host)
	}
	return r.others[key]
}
