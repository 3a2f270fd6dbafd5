package registrytest

import (
	"net/http/httptest"
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
	server := httptest.NewServer(registry)
	t.Cleanup(func() {
		server.Close()
		if err := registry.Close(); err != nil {
			t.Error(err)
		}
	})
	return server.Listener.Addr().String()
}
