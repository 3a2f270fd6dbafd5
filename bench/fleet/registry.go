package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/v2path"
)

// How images fail.
type failure int

const (
	none failure = iota
	once         // the registry does not give the manifest for now, until the image has failed
	ever         // the registry does not have a blob that no other image has
)

// A registry has the source images: of some repositories, of so many tags each. An image has 6 layers of which it
// shares 4 with the one before.
type registry struct {
	server    *httptest.Server
	manifests map[string][]byte // by REPOSITORY:TAG and REPOSITORY:DIGEST
	blobs     map[string][]byte // by digest
	tags      map[string][]string

	mu      sync.Mutex
	how     failure
	failing map[string]string // sources that fail, by the digest of what can't be had
}

// source is the name of a tag's image within the registry.
func source(repository, tag int) string { return fmt.Sprintf("app-%d:1.0.%d", repository, tag) }

func startRegistry(f flags, how failure) *registry {
	r := &registry{
		manifests: map[string][]byte{}, blobs: map[string][]byte{}, tags: map[string][]string{},
		how: how, failing: map[string]string{},
	}
	for i := range f.repositories * f.tags {
		r.add(i/f.tags, i%f.tags, how != none && fails(i, f.failing))
	}
	r.server = httptest.NewServer(r)
	return r
}

// fails reports whether image i is one of so many of a hundred that fail, evenly spread.
func fails(i, ofHundred int) bool { return (i+1)*ofHundred/100 > i*ofHundred/100 }

func (r *registry) host() string { return r.server.Listener.Addr().String() }

func (r *registry) close() {
	r.server.CloseClientConnections()
	r.server.Close()
}

const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	configType   = "application/vnd.oci.image.config.v1+json"
	layerType    = "application/vnd.oci.image.layer.v1.tar"

	layers = 6
	shared = 4
)

// add makes an image.
func (r *registry) add(repository, tag int, fails bool) {
	name := source(repository, tag)
	config := r.blob(configType, fmt.Sprintf(`{"os":"linux","architecture":"amd64","author":%q}`, name))
	var all []map[string]any
	for n := range layers {
		all = append(all, r.blob(layerType, fmt.Sprintf("layer %d of app-%d", tag*(layers-shared)+n, repository)))
	}
	body, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": manifestType, "config": config, "layers": all,
	})
	if err != nil {
		panic(err) // they are texts and numbers
	}
	path, reference, _ := strings.Cut(name, ":")
	r.manifests[name] = body
	r.manifests[path+":"+digest.FromBytes(body).String()] = body
	r.tags[path] = append(r.tags[path], reference)
	switch {
	case fails && r.how == once:
		r.failing[digest.FromBytes(body).String()] = name
	case fails:
		r.failing[config["digest"].(string)] = name //nolint:forcetypeassert // it is
	}
}

// blob keeps a blob and returns its descriptor.
func (r *registry) blob(mediaType, content string) map[string]any {
	d := digest.FromString(content).String()
	r.blobs[d] = []byte(content)
	return map[string]any{"mediaType": mediaType, "digest": d, "size": len(content)}
}

// mend has an image that failed for now be whole, from its next attempt on.
func (r *registry) mend(source string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for d, name := range r.failing {
		if r.how == once && strings.HasSuffix(source, "/"+name) {
			delete(r.failing, d)
		}
	}
}

// refused answers a request for what can't be had, and reports whether it is that. What can't be had for now can't for
// an hour: mirror does not wait as long, and fails.
func (r *registry) refused(w http.ResponseWriter, digest string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch _, is := r.failing[digest]; {
	case !is:
		return false
	case r.how == once:
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
	return true
}

func (r *registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	repository, kind, reference := v2path.Parse(req.URL.Path)
	name, list := strings.CutSuffix(strings.TrimPrefix(req.URL.Path, "/v2/"), "/tags/list")
	switch body := r.manifests[repository+":"+reference]; {
	case list:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"name": name, "tags": r.tags[name]})
	case kind == v2path.Base:
	case kind == v2path.Manifest && body != nil:
		d := digest.FromBytes(body).String()
		if req.Method == http.MethodGet && r.refused(w, d) {
			return
		}
		w.Header().Set("Content-Type", manifestType)
		w.Header().Set("Docker-Content-Digest", d)
		_, _ = w.Write(body)
	case kind == v2path.Blob && r.blobs[reference] != nil:
		if r.refused(w, reference) {
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(r.blobs[reference])
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}
