// Package registrytest has container registries for tests, those of go-containerregistry and of olareg: they keep what
// is pushed in memory, want no login, and log nothing.
package registrytest

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
)

// New returns an empty registry, that of go-containerregistry.
func New() http.Handler { return registry.New(registry.Logger(log.New(io.Discard, "", 0))) }

// Start serves one until the test ends, and returns its host:port.
func Start(t testing.TB) (host string) {
	t.Helper()
	server := httptest.NewServer(New())
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// Private returns a registry as those see it who have the login; it refuses others.
func Private(registry http.Handler, user, password string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if gotUser, got, _ := r.BasicAuth(); gotUser == user && got == password {
			registry.ServeHTTP(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="private"`)
		Refuse(w)
	})
}

// Refuse answers that a login is needed.
func Refuse(w http.ResponseWriter) {
	http.Error(w, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`, http.StatusUnauthorized)
}
