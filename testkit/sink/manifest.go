package sink

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/opencontainers/go-digest"
)

const maxManifest = 4 << 20

func (s *Server) serveManifest(w http.ResponseWriter, r *http.Request, name, reference string) {
	switch r.Method {
	case http.MethodPut:
		s.putManifest(w, r, name, reference)
	case http.MethodGet, http.MethodHead:
		s.getManifest(w, r, name, reference)
	default:
		refuse(w, http.StatusMethodNotAllowed, "UNSUPPORTED", "no such method")
	}
}

func (s *Server) getManifest(w http.ResponseWriter, r *http.Request, name, reference string) {
	s.mu.Lock()
	repo := s.repository(name)
	d, ok := repo.Tags[reference]
	if !ok {
		d = digest.Digest(reference)
	}
	m, ok := repo.Manifests[d]
	s.mu.Unlock()
	if !ok {
		refuse(w, http.StatusNotFound, "MANIFEST_UNKNOWN", "manifest unknown")
		return
	}
	w.Header().Set("Content-Type", m.MediaType)
	w.Header().Set("Docker-Content-Digest", d.String())
	w.Header().Set("Content-Length", strconv.Itoa(len(m.Body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(m.Body)
	}
}

func (s *Server) putManifest(w http.ResponseWriter, r *http.Request, name, reference string) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxManifest))
	if err != nil {
		refuse(w, http.StatusBadRequest, "MANIFEST_INVALID", "the body broke off")
		return
	}
	var refers references
	if err := json.Unmarshal(body, &refers); err != nil {
		refuse(w, http.StatusBadRequest, "MANIFEST_INVALID", "not JSON")
		return
	}
	d := digest.FromBytes(body)
	_, byTag := digest.Parse(reference)
	if byTag == nil && reference != d.String() {
		refuse(w, http.StatusBadRequest, "DIGEST_INVALID", "the manifest has another digest")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	repo := s.repository(name)
	if missing := refers.missing(&repo.Repository); missing != "" {
		refuse(w, http.StatusBadRequest, "MANIFEST_BLOB_UNKNOWN", fmt.Sprintf("%s is not in the repository", missing))
		return
	}
	repo.Manifests[d] = Manifest{MediaType: r.Header.Get("Content-Type"), Body: body}
	if byTag != nil {
		repo.Tags[reference] = d
	}
	w.Header().Set("Location", "/v2/"+name+"/manifests/"+d.String())
	w.Header().Set("Docker-Content-Digest", d.String())
	w.WriteHeader(http.StatusCreated)
}

// references are what a manifest or an index names.
type references struct {
	Config    *descriptor  `json:"config"`
	Layers    []descriptor `json:"layers"`
	Manifests []descriptor `json:"manifests"`
}

type descriptor struct {
	Digest digest.Digest `json:"digest"`
	Size   int64         `json:"size"`
}

// missing returns something that is named and not there in that size, or "".
func (r references) missing(repo *Repository) digest.Digest {
	blobs := r.Layers
	if r.Config != nil {
		blobs = append(blobs, *r.Config)
	}
	for _, b := range blobs {
		if size, ok := repo.Blobs[b.Digest]; !ok || size != b.Size {
			return b.Digest
		}
	}
	for _, m := range r.Manifests {
		if there, ok := repo.Manifests[m.Digest]; !ok || int64(len(there.Body)) != m.Size {
			return m.Digest
		}
	}
	return ""
}
