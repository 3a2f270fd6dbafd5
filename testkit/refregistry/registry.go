// Package refregistry has a registry for tests that lists referrers as known registries do: by the API, in pages, not
// at all, or oddly. What is pushed is kept by go-containerregistry's registry.
package refregistry

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/registrytest"
	"ecrmirror/testkit/v2path"
)

// A Registry is one of a shape. It is safe for concurrent use.
type Registry struct {
	shape  Shape
	keeps  http.Handler
	madeUp []Descriptor

	mu     sync.Mutex
	asked  []string
	before func(r *http.Request)
	kept   map[string]map[digest.Digest]manifest // by repository
	tags   map[string]map[string]digest.Digest   // the same
}

// New returns an empty registry.
func New(shape Shape) *Registry {
	return &Registry{
		shape: shape, keeps: registrytest.New(), madeUp: madeUp(shape.MadeUp),
		kept: map[string]map[digest.Digest]manifest{}, tags: map[string]map[string]digest.Digest{},
	}
}

// Start serves an empty registry until the test ends, and returns it with its host:port.
func Start(t testing.TB, shape Shape) (r *Registry, host string) {
	t.Helper()
	r = New(shape)
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	return r, server.Listener.Addr().String()
}

// Before has a function called before each request that the registry answers. It may ask the registry itself.
func (g *Registry) Before(f func(r *http.Request)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.before = f
}

// Asked returns the requests so far that have all these parts, as "METHOD URI".
func (g *Registry) Asked(parts ...string) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(g.asked), func(line string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(line, part) })
	})
}

// ServeHTTP implements [http.Handler].
func (g *Registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	g.asked = append(g.asked, r.Method+" "+r.URL.RequestURI())
	before := g.before
	g.mu.Unlock()
	if before != nil {
		before(r)
	}
	repository, kind, reference := v2path.Parse(r.URL.Path)
	switch {
	case kind == v2path.Referrers:
		g.serveReferrers(w, r, repository, reference)
	case kind != v2path.Manifest:
		g.keeps.ServeHTTP(w, r)
	case r.Method == http.MethodPut:
		g.put(w, r, repository, reference)
	default:
		g.get(w, r, repository, reference)
	}
}

// put has a manifest kept, by the rules of the shape.
func (g *Registry) put(w http.ResponseWriter, r *http.Request, repository, reference string) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	m := read(content, r.Header.Get("Content-Type"))
	switch {
	case g.shape.Conditional && !allows(r.Header, g.tags[repository][reference]):
		refuse(w, http.StatusPreconditionFailed, "PRECONDITION_FAILED")
		return
	case m.subject != "" && g.shape.Refuses != 0:
		refuse(w, g.shape.Refuses, "UNSUPPORTED")
		return
	}
	answer := g.keep(repository, reference, content, m)
	if answer.Code == http.StatusCreated && m.subject != "" && g.shape.API == Listed && !g.shape.Mute {
		w.Header().Set("OCI-Subject", m.subject.String())
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// keep has go-containerregistry's registry keep a manifest, and notes what it has taken.
func (g *Registry) keep(repository, reference string, content []byte, m manifest) *httptest.ResponseRecorder {
	path := "/v2/" + repository + "/manifests/" + reference
	r := httptest.NewRequest(http.MethodPut, path, bytes.NewReader(content))
	r.Header.Set("Content-Type", m.MediaType)
	answer := httptest.NewRecorder()
	g.keeps.ServeHTTP(answer, r)
	if answer.Code != http.StatusCreated {
		return answer
	}
	if g.kept[repository] == nil {
		g.kept[repository], g.tags[repository] = map[digest.Digest]manifest{}, map[string]digest.Digest{}
	}
	g.kept[repository][m.Digest] = m
	if !strings.Contains(reference, ":") {
		g.tags[repository][reference] = m.Digest
	}
	return answer
}

// allows reports whether the conditions of a request hold for a tag that stands for a digest, or "" for none.
func allows(header http.Header, was digest.Digest) bool {
	match, none := header.Get("If-Match"), header.Get("If-None-Match")
	return (match == "" || match == etag(was)) && (none == "" || none == "*" && was == "")
}

func etag(d digest.Digest) string { return `"` + d.String() + `"` }

// get serves a manifest.
func (g *Registry) get(w http.ResponseWriter, r *http.Request, repository, reference string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if algorithm, hex, ok := strings.Cut(reference, "-"); g.shape.TagsAreDigests && ok {
		if m, there := g.kept[repository][digest.Digest(algorithm+":"+hex)]; there {
			r.URL.Path = "/v2/" + repository + "/manifests/" + m.Digest.String()
		}
	}
	if d := g.tags[repository][reference]; g.shape.Conditional && d != "" {
		w.Header().Set("ETag", etag(d))
	}
	g.keeps.ServeHTTP(w, r)
}
