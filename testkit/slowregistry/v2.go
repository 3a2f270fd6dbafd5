package slowregistry

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"ecrmirror/testkit/pause"
	"ecrmirror/testkit/v2path"
)

// serveV2 answers the registry's requests, each after the latency.
func (s *Server) serveV2(w http.ResponseWriter, r *http.Request) {
	repository, kind, reference := v2path.Parse(r.URL.Path)
	s.stats.Call(r.Method + " " + kind)
	if !pause.For(r.Context(), s.opts.Latency) {
		return
	}
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		refuse(w, http.StatusMethodNotAllowed, "UNSUPPORTED", "this registry is read-only")
	case kind == v2path.Base:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("{}"))
	case kind == v2path.Tags:
		s.serveTags(w, r, repository)
	case kind == v2path.Manifest:
		s.serveManifest(w, r, repository, reference)
	case kind == v2path.Blob:
		s.serveBlob(w, r, repository, reference)
	case kind == v2path.Referrers && s.opts.Referrers:
		s.serveReferrers(w, repository, reference)
	default:
		refuse(w, http.StatusNotFound, "UNSUPPORTED", "this registry has manifests, blobs and lists only")
	}
}

// serveTags lists the tags of a repository, all at once unless the client asks for so many.
func (s *Server) serveTags(w http.ResponseWriter, r *http.Request, repository string) {
	tags := s.images.tags(repository)
	if len(tags) == 0 {
		refuse(w, http.StatusNotFound, "NAME_UNKNOWN", "repository name not known to registry")
		return
	}
	query := r.URL.Query()
	after, _ := slices.BinarySearch(tags, query.Get("last"))
	if after < len(tags) && tags[after] == query.Get("last") {
		after++
	}
	tags = tags[after:]
	if n, err := strconv.Atoi(query.Get("n")); err == nil && n > 0 && n < len(tags) {
		tags = tags[:n]
		next := url.Values{"n": {query.Get("n")}, "last": {tags[n-1]}}
		w.Header().Set("Link", fmt.Sprintf(`<%s?%s>; rel="next"`, r.URL.Path, next.Encode()))
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"name": repository, "tags": tags})
}

func (s *Server) serveManifest(w http.ResponseWriter, r *http.Request, repository, reference string) {
	m, ok := s.images.manifest(repository, reference)
	if !ok {
		refuse(w, http.StatusNotFound, "MANIFEST_UNKNOWN", "manifest unknown")
		return
	}
	w.Header().Set("Content-Type", m.mediaType)
	w.Header().Set("Docker-Content-Digest", m.digest.String())
	w.Header().Set("Content-Length", strconv.Itoa(len(m.body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(m.body)
	}
}

// serveBlob tells about a blob by itself, but lets it be fetched from the object store.
func (s *Server) serveBlob(w http.ResponseWriter, r *http.Request, repository, d string) {
	b, ok := s.images.blob(repository, d)
	if !ok {
		refuse(w, http.StatusNotFound, "BLOB_UNKNOWN", "blob unknown to registry")
		return
	}
	w.Header().Set("Docker-Content-Digest", d)
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Accept-Ranges", "bytes")
		w.Header().Set("Content-Length", strconv.FormatInt(b.length(), 10))
		return
	}
	w.Header().Set("Location", s.signedURL(repository, d, time.Now()))
	w.WriteHeader(http.StatusTemporaryRedirect)
}

// refuse answers with an error of the registry protocol.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"errors":[{"code":%q,"message":%q}]}`, code, message)
}
