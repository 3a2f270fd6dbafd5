package listregistry

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Hosts are stand-ins by the names of hosts, behind a proxy that knows no others. They speak plain HTTP, so that a
// client must take them for insecure.
type Hosts struct {
	// Proxy is what a client is to ask.
	Proxy func(*http.Request) (*url.URL, error)

	by    map[string]http.Handler
	mu    sync.Mutex
	asked []string
}

// Serve serves stand-ins by the names of their hosts until the test ends.
func Serve(t testing.TB, by map[string]http.Handler) *Hosts {
	t.Helper()
	h := &Hosts{by: by}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	h.Proxy = http.ProxyURL(at)
	return h
}

// ServeHTTP implements [http.Handler].
func (h *Hosts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect { // nobody speaks TLS
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	line := r.Host + " " + r.Method + " " + r.URL.RequestURI()
	if authorization := r.Header.Get("Authorization"); authorization != "" {
		line += " " + authorization
	}
	h.mu.Lock()
	h.asked = append(h.asked, line)
	h.mu.Unlock()
	if to := h.by[r.Host]; to != nil {
		to.ServeHTTP(w, r)
		return
	}
	w.WriteHeader(http.StatusBadGateway)
}

// Asked returns the requests so far that have all these parts, as "HOST METHOD URI AUTHORIZATION".
func (h *Hosts) Asked(parts ...string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(h.asked), func(line string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(line, part) })
	})
}
