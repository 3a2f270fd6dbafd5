package images

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
)

// connections counts those that are open to a server.
type connections struct {
	mu   sync.Mutex
	open map[net.Conn]bool
	gone chan struct{} // gets something when one is closed
}

func (c *connections) note(conn net.Conn, s http.ConnState) {
	c.mu.Lock()
	switch s {
	case http.StateNew:
		c.open[conn] = true
	case http.StateClosed, http.StateHijacked:
		delete(c.open, conn)
	}
	c.mu.Unlock()
	select {
	case c.gone <- struct{}{}:
	default:
	}
}

func (c *connections) number() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

// However many registries a table names, few are kept, with their connections; and it is remembered which of them
// bear no more requests.
func TestRegistriesAreForgottenAfterALookUp(t *testing.T) {
	const addresses = 100
	c := connections{open: map[net.Conn]bool{}, gone: make(chan struct{}, 1)}
	var names []imagename.Name
	for i := range addresses {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.9.%d:0", 1+i))
		if err != nil {
			t.Skip("this machine has one loopback address only: ", err)
		}
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Docker-Content-Digest", digest.FromString(r.URL.Path).String())
			w.Header().Set("RateLimit-Remaining", "0;w=600")
		}))
		_ = server.Listener.Close()
		server.Listener, server.Config.ConnState = listener, c.note
		server.Start()
		defer server.Close()
		name, err := imagename.ParseImage(listener.Addr().String() + "/app:1")
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	r := New(Options{})
	defer r.Close()
	r.LookUp(t.Context(), names, nil, func(i int, d digest.Digest, _ int64, err error) {
		if err != nil || d != digest.FromString("/v2/app/manifests/1") {
			t.Errorf("%s: %s, %v", names[i], d, err)
		}
	})
	const keptHosts = 16
	kept := 0
	for _, name := range names {
		if r.hosts.Opened(name.Host) != nil {
			kept++
		}
	}
	if kept != keptHosts {
		t.Errorf("%d registries are kept, want %d", kept, keptHosts)
	}
	for _, name := range names {
		if time.Until(r.DeferredUntil(name)) < 9*time.Minute {
			t.Errorf("%s bears requests again", name)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for c.number() > keptHosts { // of each two at most: the first tries TLS
		select {
		case <-c.gone:
		case <-ctx.Done():
			t.Fatalf("%d connections are open", c.number())
		}
	}
}
