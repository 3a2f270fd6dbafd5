package registrytest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/olareg/olareg"
	"github.com/olareg/olareg/config"
)

// StartConforming serves an empty registry that keeps to version 1.1 of the Distribution Specification, that of olareg,
// with or without the referrers API, until the test ends. It
// returns its host:port.
func StartConforming(t testing.TB, referrers bool) (host string) {
	t.Helper()
	var c config.Config
	c.Storage.StoreType = config.StoreMem
	c.Storage.GC.Frequency = -1
	c.API.Referrer.Enabled = &referrers
	registry := olareg.New(c)
	server := httptest.NewServer(oneManifestAtATime(registry))
	t.Cleanup(func() {
		server.Close()
		if err := registry.Close(); err != nil {
			t.Error(err)
		}
	})
	return server.Listener.Addr().String()
}

// oneManifestAtATime has a registry take manifests one after the other: olareg reads, changes and writes the list of a
// subject's referrers, and loses one of two that are put at once (v0.1.2, Server.referrerAdd).
func oneManifestAtATime(registry http.Handler) http.Handler {
	var puts sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/manifests/") {
			puts.Lock()
			defer puts.Unlock()
		}
		registry.ServeHTTP(w, r)
	})
}
