package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"
)

// imagePrefix is what the repositories' names begin with; the image's number follows.
const imagePrefix = "library/app-"

// A registry answers HEAD for the digests of images that nobody needs to store.
type registry struct {
	delay  time.Duration
	server *httptest.Server

	mu     sync.Mutex
	stale  int // images below this number have another version
	broken bool
	heads  map[string]int // by path
	gets   int            // of manifests
	at     int            // requests being answered
	most   int            // requests that were answered at a time
}

func startRegistry(delay time.Duration) *registry {
	r := &registry{delay: delay, heads: map[string]int{}}
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
	if req.Method == http.MethodHead {
		r.heads[req.URL.Path]++
	} else {
		r.gets++
	}
	number, _, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/v2/"+imagePrefix), "/")
	i, _ = strconv.Atoi(number)
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
	r.stale, r.broken, r.gets, r.most = stale, broken, 0, 0
	clear(r.heads)
}

// counted returns the requests, how many of them repeated another, and the most at a time.
func (r *registry) counted() (heads, repeated, gets, most int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.heads {
		heads += n
		repeated += n - 1
	}
	return heads, repeated, r.gets, r.most
}

// What every image is made of.
const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	config       = "{}"
)

// manifest is an image of its own for each number and version.
func manifest(i, version int) string {
	return fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":%d},`+
		`"layers":[],"annotations":{"image":"%d","version":"%d"}}`, manifestType, digest.FromString(config),
		len(config), i, version)
}
