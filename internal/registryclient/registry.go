package registryclient

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/fence"
)

// Options say how a registry is reached. Only Host and Budget are required.
type Options struct {
	Host string // HOST or HOST:PORT, as image names say it
	// Insecure allows TLS that is not verified and plain HTTP, of the registry and of what it
	// redirects to. HTTPS is tried first. Such a registry may also lead to this machine and to
	// private networks, as it may where it is there itself; see [fence.Fence].
	Insecure bool
	Network  fence.Network // how it is reached
	// UserAgent is sent with every request. "" means "ecrmirror".
	UserAgent string
	// Login gives the login for a repository. It is asked only when the registry wants one, and what
	// it gives goes to the registry and its token server alone. Nil means anonymous.
	Login func(ctx context.Context, repository string) (Login, error)

	Shared *Shared         // with the other registries of the process; nil = nothing is shared
	Budget *chunked.Budget // bounds the bytes in the buffers of blobs being read
	Chunks chunked.Options // tunes the reading of blobs; Probe is not needed, and no Pace means one for this registry

	// Attempts is how often a manifest or a digest is asked for where the registry throttles or
	// fails, or the connection breaks. 0 means 5.
	Attempts int
	// Backoff bounds the first pause between attempts; it doubles for each further one. 0 means 200
	// ms, and five times as much where the registry throttles.
	Backoff time.Duration
}

func (o Options) withDefaults() Options {
	if o.UserAgent == "" {
		o.UserAgent = "ecrmirror"
	}
	if o.Login == nil {
		o.Login = anonymous
	}
	if o.Attempts <= 0 {
		o.Attempts = 5
	}
	if o.Shared == nil {
		o.Shared = NewShared()
	}
	if o.Chunks.Pace == nil {
		o.Chunks.Pace = chunked.NewPace()
	}
	if o.Backoff <= 0 {
		o.Backoff = 200 * time.Millisecond
	}
	return o
}

// A Registry is a host that keeps images. It is safe for concurrent use.
type Registry struct {
	opts      Options
	host      string // where requests go: Docker Hub's registry is not where its name says
	clients   clients
	scheme    scheme
	etiquette *etiquette // of asking for digests

	serves  atomic.Bool // it served a range of a blob itself when it was last asked
	heads   atomic.Bool // it told a manifest's digest by HEAD
	puts    atomic.Bool // it took a blob by one PUT
	patches atomic.Bool // it is to get blobs by PATCH, since it refused one PUT

	own *host // how it is met itself

	mu           sync.Mutex
	repositories map[repositoryKey]*Repository
	tokens       int64            // bytes of those that the repositories hold, among what is shared
	others       map[string]*host // that it led to, by their origins
	rangeless    map[string]bool  // hosts of redirects that sent all of a blob instead of a range
}

// New returns a registry. It asks nobody; its errors are about the certificates that
// the containers and docker tools keep for the host, in directories called certs.d.
func New(opts Options) (*Registry, error) {
	opts = opts.withDefaults()
	clients, err := newClients(opts)
	if err != nil {
		return nil, err
	}
	r := &Registry{
		opts: opts, host: opts.Host, clients: clients, scheme: newScheme(opts.Insecure), etiquette: opts.Shared.recall(opts.Host),
		repositories: map[repositoryKey]*Repository{}, others: map[string]*host{}, rangeless: map[string]bool{},
	}
	if opts.Host == "docker.io" {
		r.host = "registry-1.docker.io"
	}
	r.own = &host{name: r.host, home: true, login: opts.Login}
	return r, nil
}

// maxRepositories is how many repositories are remembered, with the tokens for them.
const maxRepositories = 4096

// Repository returns the repository of that name, which need not exist, for reading.
func (r *Registry) Repository(name string) *Repository {
	return r.repository(repositoryKey{name, pull})
}

// WritableRepository returns the repository of that name, which must exist unless the registry
// creates repositories by itself, for writing. It has a token of its own, which allows that.
func (r *Registry) WritableRepository(name string) *Repository {
	return r.repository(repositoryKey{name, push})
}

// A repositoryKey is which repository is reached, to do what.
type repositoryKey struct{ name, actions string }

func (r *Registry) repository(to repositoryKey) *Repository {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.repositories[to] == nil {
		if len(r.repositories) >= maxRepositories {
			r.dropTokens()
		}
		r.repositories[to] = &Repository{registry: r, name: to.name, actions: to.actions, accesses: map[*host]*access{}}
	}
	return r.repositories[to]
}

// dropTokens forgets the repositories with their tokens: those in use go on; others will want another
// token. The caller holds mu.
func (r *Registry) dropTokens() {
	clear(r.repositories)
	r.opts.Shared.keep(-r.tokens)
	r.tokens = 0
}

// holds counts n more bytes of tokens that the repositories have. Where the process has too many, those of
// this registry go.
func (r *Registry) holds(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tokens += n
	if r.opts.Shared.keep(n) {
		r.dropTokens()
	}
}

// Close closes connections that nobody uses. The registry can be used on.
func (r *Registry) Close() { r.clients.closeIdle() }

// Forget is Close for a registry that nobody uses any more: its tokens are dropped, too. What is shared
// remembers whether the registry wants to be left alone, or does not answer.
func (r *Registry) Forget() {
	r.Close()
	r.mu.Lock()
	r.dropTokens()
	r.mu.Unlock()
	r.opts.Shared.remember(r.etiquette)
}

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
	if len(r.rangeless) >= maxHosts {
		clear(r.rangeless) // they will show it again
	}
	r.rangeless[host] = true
}
