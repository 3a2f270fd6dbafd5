package sink

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/pause"
)

// bufferSize is how much is read from a connection at once.
const bufferSize = 256 << 10

// An upload is a blob that is being received. One request at a time works on it.
type upload struct {
	mu   sync.Mutex
	id   string
	name string // of the repository
	hash hash.Hash
	size int64 // bytes so far
}

func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request, name, id string) {
	if r.Method == http.MethodPost && id == "" {
		s.begin(w, r, name)
		return
	}
	s.mu.Lock()
	u := s.uploads[id]
	s.mu.Unlock()
	if u == nil || u.name != name {
		refuse(w, http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	switch r.Method {
	case http.MethodPatch:
		if s.receive(w, r, u) {
			u.accepted(w)
		}
	case http.MethodPut:
		if s.receive(w, r, u) {
			s.complete(w, r, u)
		}
	case http.MethodGet:
		u.describe(w)
		w.WriteHeader(http.StatusNoContent)
	case http.MethodDelete:
		s.forget(u)
		w.WriteHeader(http.StatusNoContent)
	default:
		refuse(w, http.StatusMethodNotAllowed, "UNSUPPORTED", "no such method")
	}
}

// begin answers POST: a new upload, or a whole blob if the digest is given. Mounts
// become uploads, as in a registry that has not got the blob.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, name string) {
	s.mu.Lock()
	s.lastUpload++
	u := &upload{id: strconv.Itoa(s.lastUpload), name: name, hash: sha256.New()}
	s.uploads[u.id] = u
	s.mu.Unlock()
	u.mu.Lock()
	defer u.mu.Unlock()
	if r.URL.Query().Has("digest") {
		if s.receive(w, r, u) {
			s.complete(w, r, u)
		}
		return
	}
	u.accepted(w)
}

func (u *upload) accepted(w http.ResponseWriter) {
	u.describe(w)
	w.WriteHeader(http.StatusAccepted)
}

func (u *upload) describe(w http.ResponseWriter) {
	w.Header().Set("Location", "/v2/"+u.name+"/blobs/uploads/"+u.id)
	w.Header().Set("Docker-Upload-UUID", u.id)
	w.Header().Set("Range", fmt.Sprintf("0-%d", max(u.size-1, 0)))
}

// receive takes the body of a request into the upload, or answers with an error and returns false.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, u *upload) bool {
	if header := r.Header.Get("Content-Range"); header != "" {
		first, _, _ := strings.Cut(strings.TrimPrefix(header, "bytes "), "-")
		if off, err := strconv.ParseInt(first, 10, 64); err != nil || off != u.size {
			u.describe(w)
			refuse(w, http.StatusRequestedRangeNotSatisfiable, "RANGE_INVALID", "the upload goes on elsewhere")
			return false
		}
	}
	n, err := copyBody(r.Context(), u.hash, r.Body, s.rate)
	u.size += n
	s.stats.Written(u.name, n)
	if err != nil {
		s.forget(u) // a body that broke off cannot be taken back out of the hash
		refuse(w, http.StatusBadRequest, "BLOB_UPLOAD_INVALID", "the body broke off")
		return false
	}
	return true
}

// copyBody is io.Copy with large reads, which go past the server's own small buffer; at so many bytes a second,
// unless that is 0.
func copyBody(ctx context.Context, to io.Writer, from io.Reader, rate int64) (int64, error) {
	buffer := make([]byte, bufferSize)
	if rate > 0 {
		buffer = buffer[:min(bufferSize, max(rate/20, 1))]
	}
	var total int64
	for begun := time.Now(); ; {
		n, err := from.Read(buffer)
		_, _ = to.Write(buffer[:n]) // a hash takes everything
		total += int64(n)
		if rate > 0 && !pause.Until(ctx, begun.Add(time.Duration(float64(total)/float64(rate)*float64(time.Second)))) {
			return total, context.Cause(ctx)
		}
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}

// complete ends an upload by comparing digests.
func (s *Server) complete(w http.ResponseWriter, r *http.Request, u *upload) {
	s.forget(u)
	want := r.URL.Query().Get("digest")
	got := digest.NewDigest(digest.SHA256, u.hash)
	if want != got.String() {
		refuse(w, http.StatusBadRequest, "DIGEST_INVALID", "the content has another digest")
		return
	}
	s.mu.Lock()
	s.repository(u.name).Blobs[got] = u.size
	s.mu.Unlock()
	w.Header().Set("Location", "/v2/"+u.name+"/blobs/"+want)
	w.Header().Set("Docker-Content-Digest", want)
	w.WriteHeader(http.StatusCreated)
}

func (s *Server) forget(u *upload) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.uploads, u.id)
}
