package conformance

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A hostile registry is as unpleasant as the first part of a repository's name says. It has many addresses.
type hostile struct {
	hosts []string      // HOST:PORT of each
	late  time.Duration // how long the last byte of a late manifest takes

	manifest, refusal, bomb []byte
	padding                 string
	done                    chan struct{} // closed when nobody is to be kept waiting any more
}

// The manners of a hostile registry, by the first part of a repository's name.
const (
	lateManifest  = "late-manifest"      // no digest by HEAD, and a manifest of 4 MiB whose last byte is late
	longChallenge = "challenge-of-48-kb" // and tokens of 30 KB
	longToken     = "token-of-1-mb"      //
	longHeaders   = "headers-of-200-kb"  //
	longRefusal   = "refusal-of-4-mib"   //
	// no digest by HEAD, and a manifest that is so large to whoever decompresses it
	gzipBomb      = "1-gib-unzipped"
	endless       = "manifest-endless" // no digest by HEAD, and a manifest without an end
	roundAndRound = "redirect-endless" // from one address to the next
	silent        = "silent"           // no answer
)

// startHostile starts a registry at so many addresses of this machine.
func startHostile(t *testing.T, addresses int, late time.Duration) *hostile {
	t.Helper()
	h := &hostile{late: late, done: make(chan struct{}), padding: strings.Repeat("A", manifestLimit-300)}
	h.manifest = fmt.Appendf(nil,
		`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"digest":"x"},`+
			`"annotations":{"a":%q}}`, h.padding)
	h.refusal = fmt.Appendf(nil, `{"errors":[{"code":"DENIED","message":%q}]}`, h.padding)
	h.bomb = bytes.Repeat(zipped(t, 1<<20), 1<<10)
	var serving sync.WaitGroup
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	for n := range addresses {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.%d.%d:0", 1+n/200, 1+n%200))
		if err != nil {
			t.Fatal(err)
		}
		h.hosts = append(h.hosts, listener.Addr().String())
		serving.Go(func() { _ = server.Serve(listener) })
	}
	t.Cleanup(func() {
		close(h.done)
		_ = server.Close()
		serving.Wait()
	})
	return h
}

// zipped returns so many blanks, which a manifest may begin with, as one member of a gzip file, which may have many.
func zipped(t *testing.T, blanks int) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(bytes.Repeat([]byte(" "), blanks)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// image returns the name of image number n of a kind, at one of the addresses.
func (h *hostile) image(kind string, n int) string {
	return fmt.Sprintf("%s/%s/r%d:t", h.hosts[n%len(h.hosts)], kind, n)
}

// wait waits, unless the other end or the test ends.
func (h *hostile) wait(r *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-h.done:
	case <-r.Context().Done():
	}
}

// ServeHTTP implements [http.Handler].
func (h *hostile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v2/"), "/")
	isHead := r.Method == http.MethodHead
	w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
	switch {
	case strings.HasPrefix(r.URL.Path, "/token/"):
		size, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/token/"))
		_, _ = io.WriteString(w, `{"token":"`+h.padding[:size]+`"}`)
	case kind == "": // the API itself, which wants no login
	case kind == longChallenge, kind == longToken:
		h.challenge(w, r, kind)
	case kind == longHeaders:
		for i := range 200 {
			w.Header().Set(fmt.Sprintf("X-Padding-%d", i), h.padding[:1000])
		}
		w.WriteHeader(http.StatusNotFound)
	case kind == longRefusal:
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write(h.refusal)
	case kind == roundAndRound:
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		to := h.hosts[(n+1)%len(h.hosts)]
		http.Redirect(w, r, fmt.Sprintf("http://%s%s?n=%d&padding=%s", to, r.URL.Path, n+1, h.padding[:4000]),
			http.StatusTemporaryRedirect)
	case kind == silent:
		h.wait(r, time.Hour)
	case isHead: // says nothing
	case kind == gzipBomb:
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(h.bomb)
	case kind == endless:
		for r.Context().Err() == nil {
			if _, err := w.Write(h.manifest); err != nil {
				return
			}
		}
	default:
		w.Header().Set("Content-Length", strconv.Itoa(len(h.manifest)))
		_, _ = w.Write(h.manifest[:len(h.manifest)-1])
		_ = http.NewResponseController(w).Flush()
		h.wait(r, h.late)
		_, _ = w.Write(h.manifest[len(h.manifest)-1:])
	}
}

// challenge wants a token, and is satisfied with none.
func (h *hostile) challenge(w http.ResponseWriter, r *http.Request, kind string) {
	realm, padding := fmt.Sprintf("http://%s/token/%d", r.Host, 30_000), h.padding[:48_000]
	if kind == longToken {
		realm, padding = fmt.Sprintf("http://%s/token/%d", r.Host, 1_000_000), "x"
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="`+realm+`",service="s",padding="`+padding+`"`)
	w.WriteHeader(http.StatusUnauthorized)
}
