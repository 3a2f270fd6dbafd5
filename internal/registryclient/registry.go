package registryclient

import (
	"context"
	"net/url"
	"time"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/fence"
	"ecrmirror/internal/registryclient/auth"
	"ecrmirror/internal/registryclient/pace"
	"ecrmirror/internal/registryclient/reading"
	"ecrmirror/internal/registryclient/session"
	"ecrmirror/internal/registryclient/wire"
	"ecrmirror/internal/registryclient/writing"
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
		o.Login = auth.Anonymous
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

// session returns requests to a host.
func (o Options) session(host string, login func(context.Context, string) (Login, error)) (*session.Registry, error) {
	return session.New(session.Options{
		Wire:  wire.Options{Host: host, Insecure: o.Insecure, Network: o.Network, UserAgent: o.UserAgent},
		Login: login, Answers: o.Shared.answers, Tokens: &o.Shared.tokens,
		Attempts: o.Attempts, Backoff: o.Backoff,
	})
}

// A Registry is a host that keeps images. It is safe for concurrent use.
type Registry struct {
	opts    Options
	shared  *Shared
	pace    *pace.Pace // of asking for digests and lists
	session *session.Registry
	reading *reading.Registry
	writing writing.Registry
}

// New returns a registry. It makes no request; its errors are about the certificates that
// the containers and docker tools keep for the host, in directories called certs.d.
func New(opts Options) (*Registry, error) {
	opts = opts.withDefaults()
	s, err := opts.session(opts.Host, opts.Login)
	if err != nil {
		return nil, err
	}
	r := &Registry{opts: opts, shared: opts.Shared, pace: opts.Shared.paces.Recall(opts.Host), session: s}
	r.reading = reading.New(s, reading.Options{Pace: r.pace, Budget: opts.Budget, Chunks: opts.Chunks})
	return r, nil
}

// Repository returns the repository of that name, which need not exist, for reading.
func (r *Registry) Repository(name string) *Repository {
	return r.repository(auth.Scope{Name: name, Actions: auth.Pull})
}

// WritableRepository returns the repository of that name, which must exist unless the registry
// creates repositories by itself, for writing. It has a token of its own, which allows that.
func (r *Registry) WritableRepository(name string) *Repository {
	return r.repository(auth.Scope{Name: name, Actions: auth.Push})
}

func (r *Registry) repository(scope auth.Scope) *Repository {
	s := r.session.Repository(scope)
	read := r.reading.Repository(s)
	return &Repository{read, r.writing.Repository(s, read), r.lister()}
}

// File returns a file that the host has besides images, such as a signature, at the path and by the query
// of a URL. It has at most limit bytes. One that does not exist is [ErrNotFound].
func (r *Registry) File(ctx context.Context, at *url.URL, limit int64) ([]byte, error) {
	return r.reading.File(ctx, at, limit)
}

// KeepsSignatures reports whether the registry says that it keeps signatures itself. It is asked each time.
func (r *Registry) KeepsSignatures(ctx context.Context) (bool, error) {
	return r.reading.KeepsSignatures(ctx)
}

// Silent reports whether the registry did not answer several requests in a row. Then it is asked one thing at a
// time.
func (r *Registry) Silent() bool { return r.pace.Suspect() }

// DeferredUntil returns until when the registry is rate-limited; the zero time if it is not, or
// will not be within seconds.
func (r *Registry) DeferredUntil() time.Time { return r.pace.DeferredUntil() }

// Close closes idle connections. The registry can be used on.
func (r *Registry) Close() { r.session.Close() }

// Forget closes idle connections and drops the tokens of a registry that is not used any more. [Shared] remembers
// whether it is rate-limited, or does not answer.
func (r *Registry) Forget() {
	r.session.Forget()
	r.shared.paces.Keep(r.pace)
}
