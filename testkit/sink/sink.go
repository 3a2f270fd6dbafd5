// Package sink is a destination to copy to: a /v2/ registry that takes whatever is
// pushed, checks every digest, and keeps what came, but not the bytes.
//
// It speaks plain HTTP on loopback, mounts nothing, and wants no login unless it is told to.
package sink

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/stats"
	"ecrmirror/testkit/bearer"
	"ecrmirror/testkit/fault"
	"ecrmirror/testkit/pause"
	"ecrmirror/testkit/v2path"
)

// A Server is a running registry. It is safe for concurrent use.
type Server struct {
	host    string
	rate    int64         // of uploads, see Options
	latency time.Duration // see Options
	http    *http.Server
	served  chan error   // what Serve returned; closed then
	running sync.RWMutex // held for reading by each handler
	stats   stats.Counter

	mu           sync.Mutex
	repositories map[string]*repository
	uploads      map[string]*upload // by id
	lastUpload   int
}

// A Repository is what was pushed to one.
type Repository struct {
	Blobs     map[digest.Digest]int64 // sizes in bytes
	Manifests map[digest.Digest]Manifest
	Tags      map[string]digest.Digest
}

// A Manifest is one as it was pushed.
type Manifest struct {
	MediaType string
	Body      []byte
}

type repository struct{ Repository }

// Options configure [Start]. The zero value is a registry that answers as it should.
type Options struct {
	Faults  *fault.Injector // breaks its answers, "v2.PUT manifest" and the like; nil = none
	Gate    *bearer.Gate    // wants tokens; nil = none
	Rate    int64           // bytes a second at which each upload is read; 0 = all that comes
	Latency time.Duration   // before each answer
}

// slowBuffer is what a connection takes ahead, in bytes, of a registry that reads less than slowRate bytes a second,
// as far as the system goes along with that. At a higher rate so small a buffer would be what limits it.
const (
	slowBuffer = 4 << 10
	slowRate   = 100_000
)

// Start serves an empty registry on a port of loopback.
func Start(ctx context.Context, opts Options) (*Server, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the destination: %w", err)
	}
	s := &Server{
		host: listener.Addr().String(), rate: opts.Rate, latency: opts.Latency, served: make(chan error, 1),
		repositories: map[string]*repository{}, uploads: map[string]*upload{},
	}
	s.http = &http.Server{
		Handler: s.handler(opts), ReadHeaderTimeout: time.Minute,
		ConnState: func(conn net.Conn, state http.ConnState) {
			if tcp, ok := conn.(*net.TCPConn); ok && state == http.StateNew && opts.Rate > 0 && opts.Rate < slowRate {
				_ = tcp.SetReadBuffer(slowBuffer) // without it the line is longer
			}
		},
	}
	go func() {
		defer close(s.served)
		s.served <- s.http.Serve(listener)
	}()
	return s, nil
}

// Host returns host:port, which image names begin with.
func (s *Server) Host() string { return s.host }

// Counts returns the requests so far, as "HEAD blob", "PUT manifest", "PATCH upload", and the
// bytes of blobs received, by repository.
func (s *Server) Counts() stats.Snapshot { return s.stats.Snapshot() }

// Repository returns what was pushed to a repository; it is empty if nothing was.
func (s *Server) Repository(name string) Repository {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.repository(name)
	return Repository{Blobs: maps.Clone(r.Blobs), Manifests: maps.Clone(r.Manifests), Tags: maps.Clone(r.Tags)}
}

// Hold makes a repository hold this and nothing else, as if it had been pushed.
func (s *Server) Hold(name string, r Repository) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repositories[name] = &repository{
		Repository{Blobs: maps.Clone(r.Blobs), Manifests: maps.Clone(r.Manifests), Tags: maps.Clone(r.Tags)},
	}
}

// repository returns the named repository, made if need be; mu must be held.
func (s *Server) repository(name string) *repository {
	r := s.repositories[name]
	if r == nil {
		r = &repository{
			Repository{
				Blobs: map[digest.Digest]int64{}, Manifests: map[digest.Digest]Manifest{},
				Tags: map[string]digest.Digest{},
			},
		}
		s.repositories[name] = r
	}
	return r
}

// Close breaks all connections and returns when every request has ended.
// Closing again does nothing.
func (s *Server) Close() error {
	err := s.http.Close()
	if served := <-s.served; served != nil && !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	s.running.Lock()
	defer s.running.Unlock()
	return err
}

// handler returns what serves, behind the gate and broken by the faults.
func (s *Server) handler(opts Options) http.Handler {
	var handler http.Handler = http.HandlerFunc(s.serve)
	if opts.Gate != nil {
		handler = opts.Gate.Wrap(handler)
	}
	if opts.Faults != nil {
		handler = opts.Faults.Wrap(handler, v2path.Operation)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.running.RLock()
		defer s.running.RUnlock()
		handler.ServeHTTP(w, r)
	})
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	name, kind, reference := v2path.Parse(r.URL.Path)
	s.stats.Call(r.Method + " " + kind)
	if s.latency > 0 && !pause.For(r.Context(), s.latency) {
		return
	}
	switch kind {
	case v2path.Base:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("{}"))
	case v2path.Manifest:
		s.serveManifest(w, r, name, reference)
	case v2path.Upload:
		s.serveUpload(w, r, name, reference)
	case v2path.Blob:
		s.serveBlob(w, r, name, reference)
	default:
		refuse(w, http.StatusNotFound, "UNSUPPORTED", "not here")
	}
}

// serveBlob tells whether a blob is there; its bytes are not.
func (s *Server) serveBlob(w http.ResponseWriter, r *http.Request, name, reference string) {
	s.mu.Lock()
	size, ok := s.repository(name).Blobs[digest.Digest(reference)]
	s.mu.Unlock()
	switch {
	case r.Method != http.MethodHead:
		refuse(w, http.StatusMethodNotAllowed, "UNSUPPORTED", "blobs can be pushed only")
	case !ok:
		refuse(w, http.StatusNotFound, "BLOB_UNKNOWN", "blob unknown to registry")
	default:
		w.Header().Set("Docker-Content-Digest", reference)
		w.Header().Set("Content-Length", fmt.Sprint(size))
	}
}

// refuse answers with an error of the registry protocol.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"errors":[{"code":%q,"message":%q}]}`, code, message)
}
