package registryclient_test

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/registryclient"
)

const (
	chunk      = 1 << 10
	repository = "team/app"
)

// A host is an HTTP server that notes what it is asked.
type host struct {
	*httptest.Server
	connections atomic.Int32 // made so far

	mu     sync.Mutex
	answer http.HandlerFunc
	seen   []*http.Request
}

// start starts a host.
func start(t *testing.T, answer http.HandlerFunc) *host {
	t.Helper()
	h := newHost(answer)
	h.Start()
	t.Cleanup(h.Close) // which waits for requests in progress
	return h
}

func startTLS(t *testing.T, answer http.HandlerFunc) *host {
	t.Helper()
	h := newHost(answer)
	h.EnableHTTP2 = true
	h.Config.ErrorLog = log.New(io.Discard, "", 0)
	h.StartTLS()
	t.Cleanup(h.Close)
	return h
}

func newHost(answer http.HandlerFunc) *host {
	h := &host{answer: answer}
	h.Server = httptest.NewUnstartedServer(h)
	h.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			h.connections.Add(1)
		}
	}
	return h
}

// ways are those to a host. An upload borrows its bytes where there is no TLS, and reads them where there is.
var ways = map[string]func(*testing.T, http.HandlerFunc) *host{"without TLS": start, "TLS": startTLS}

func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.seen = append(h.seen, r.Clone(r.Context()))
	answer := h.answer
	h.mu.Unlock()
	answer(w, r)
}

// become makes the host answer otherwise from now on.
func (h *host) become(answer http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = answer
}

// addr is HOST:PORT.
func (h *host) addr() string { return h.Listener.Addr().String() }

// asked returns what was asked so far, as "METHOD PATH", and forgets nothing.
func (h *host) asked() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var lines []string
	for _, r := range h.seen {
		lines = append(lines, r.Method+" "+r.URL.Path)
	}
	return lines
}

// count returns how many requests had that in their line.
func (h *host) count(part string) (n int) {
	for _, line := range h.asked() {
		if strings.Contains(line, part) {
			n++
		}
	}
	return n
}

// sent returns the values of a header in all requests.
func (h *host) sent(name string) (values []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.seen {
		values = append(values, r.Header.Values(name)...)
	}
	return values
}

// open returns the registry at a host. Loopback is insecure, as with the service.
func open(t *testing.T, h *host, change ...func(*registryclient.Options)) *registryclient.Registry {
	t.Helper()
	opts := registryclient.Options{
		Host: h.addr(), Insecure: true, UserAgent: "test", Backoff: time.Millisecond,
		Budget: chunked.NewBudget(1 << 20),
		Chunks: chunked.Options{ChunkSize: chunk, Parallelism: 8, Backoff: time.Millisecond},
	}
	for _, f := range change {
		f(&opts)
	}
	r, err := registryclient.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// trust keeps the host's certificate where containers' tools look for it.
func trust(t *testing.T, h *host) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	dir := filepath.Join(home, ".config/containers/certs.d", h.addr())
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.Certificate().Raw})
	if err := os.WriteFile(filepath.Join(dir, "ca.crt"), ca, 0o644); err != nil {
		t.Fatal(err)
	}
}

// content returns a blob of n bytes.
func content(n int) ([]byte, digest.Digest) {
	blob := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n)})
	r.Read(blob)
	return blob, digest.FromBytes(blob)
}

// read reads all of a blob and compares it.
func read(t *testing.T, r *registryclient.Registry, want []byte, size int64) error {
	t.Helper()
	body, got, err := r.Repository(repository).Blob(t.Context(), digest.FromBytes(want), size)
	if err != nil {
		return err
	}
	defer body.Close()
	if got != int64(len(want)) {
		t.Errorf("size %d, want %d", got, len(want))
	}
	all, err := io.ReadAll(body)
	if err == nil && !bytes.Equal(all, want) {
		t.Errorf("read %d other bytes than the blob's %d", len(all), len(want))
	}
	return err
}

func mustRead(t *testing.T, r *registryclient.Registry, want []byte, size int64) {
	t.Helper()
	if err := read(t, r, want, size); err != nil {
		t.Error(err)
	}
}

// ranges serves a blob, by ranges.
func ranges(blob []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(blob))
	}
}

// whole serves a blob and knows no ranges.
func whole(blob []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(blob)))
		w.Write(blob)
	}
}

// redirect sends to a URL, as the registry's API does, with a cookie.
func redirect(to func() string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "secret"})
		w.Header().Set("Location", to())
		w.WriteHeader(http.StatusTemporaryRedirect)
	}
}

// chunks is the number of chunks in a blob.
func chunks(blob []byte) int { return (len(blob) + chunk - 1) / chunk }

func check(t *testing.T, what string, got, want int) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %d, want %d", what, got, want)
	}
}

func blobPath(d digest.Digest) string { return fmt.Sprintf("/v2/%s/blobs/%s", repository, d) }

// checkLeaks fails the test if goroutines of ours, or connections, are left when it ends.
func checkLeaks(t *testing.T) {
	t.Cleanup(func() {
		var stacks string
		for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); runtime.Gosched() {
			buf := make([]byte, 1<<20)
			stacks = string(buf[:runtime.Stack(buf, true)])
			// The stack of this test has the package's name, too.
			if strings.Count(stacks, "internal/registryclient.(") == 0 && !strings.Contains(stacks,
				"internal/chunked.") &&
				!strings.Contains(stacks, "persistConn") {
				return
			}
		}
		t.Errorf("goroutines left behind:\n%s", stacks)
	})
}
