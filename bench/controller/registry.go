package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"
)

// A registry answers HEAD for the digests of images that nobody needs to store, and lists their tags.
type registry struct {
	delay  time.Duration
	has    content
	server *httptest.Server

	mu     sync.Mutex
	stale  int // images below this number have another version
	broken bool
	heads  map[string]int // by path
	lists  int            // of tags
	gets   int            // of manifests
	at     int            // requests being answered
	most   int            // requests that were answered at a time
}

func startRegistry(delay time.Duration, has content) *registry {
	r := &registry{delay: delay, has: has, heads: map[string]int{}}
	r.server = httptest.NewServer(r)
	return r
}

func (r *registry) host() string { return r.server.Listener.Addr().String() }

func (r *registry) close() {
	r.server.CloseClientConnections()
	r.server.Close()
}

// How an image's look-ups fail.
const (
	healthy = iota
	failing
	throttled
	silent
	listing // does not: it is a list of tags
)

// kind says how image number i behaves in a broken registry: one in 20 fails, in one of three ways.
func kind(i int) int {
	if (i+i/20)%20 != 7 { // so that they are in all registries
		return healthy
	}
	return failing + i/20%3
}

func (r *registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	i, version, how := r.note(req)
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.at--
	}()
	timer := time.NewTimer(r.delay)
	defer timer.Stop()
	<-timer.C
	switch how {
	case failing:
		w.WriteHeader(http.StatusInternalServerError)
	case throttled:
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	case silent:
		<-req.Context().Done()
	case listing:
		_ = json.NewEncoder(w).Encode(map[string][]string{"tags": r.has.all()})
	default:
		w.Header().Set("Content-Type", manifestType)
		w.Header().Set("Docker-Content-Digest", digest.FromString(manifest(i, version)).String())
	}
}

// note counts a request and says how to answer it.
func (r *registry) note(req *http.Request) (i, version, how int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at++
	r.most = max(r.most, r.at)
	switch {
	case strings.HasSuffix(req.URL.Path, "/tags/list"):
		r.lists++
		return 0, 0, listing
	case req.Method == http.MethodHead:
		r.heads[req.URL.Path]++
	default:
		r.gets++
	}
	i = r.has.number(req.URL.Path)
	version = 1
	if i < r.stale {
		version = 2
	}
	if r.broken {
		how = kind(i)
	}
	return i, version, how
}

// change has images below a number be stale, and some look-ups fail, and forgets what was counted.
func (r *registry) change(stale int, broken bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stale, r.broken, r.lists, r.gets, r.most = stale, broken, 0, 0, 0
	clear(r.heads)
}

// A count is what registries were asked: heads, how many of them repeated another, gets of manifests, lists of tags,
// and the most requests of one at a time.
type count struct{ heads, repeated, gets, lists, most int }

// add adds what this registry was asked.
func (r *registry) add(to *count) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.heads {
		to.heads += n
		to.repeated += n - 1
	}
	to.gets, to.lists, to.most = to.gets+r.gets, to.lists+r.lists, max(to.most, r.most)
}
