package hosts

import (
	"fmt"
	"testing"

	"ecrmirror/internal/registryclient"
)

// client makes a client for a host, which is not asked anything.
func client(host string) func() (*registryclient.Registry, error) {
	return func() (*registryclient.Registry, error) {
		return registryclient.New(registryclient.Options{Host: host})
	}
}

// A registry that is opened for reading stays open.
func TestARegistryInUseStays(t *testing.T) {
	h := New()
	defer h.Close()
	stays, err := h.Keep("stays.example", client("stays.example"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 * keptHosts {
		host := fmt.Sprintf("h%d.example", i)
		first, leave, err := h.Use(host, client(host))
		if err != nil {
			t.Fatal(err)
		}
		second, leaveToo, err := h.Use(host, client(host))
		if err != nil || first != second {
			t.Fatalf("two of %s, %v", host, err)
		}
		leave()
		leaveToo()
	}
	if again, err := h.Keep("stays.example", client("stays.example")); err != nil || again != stays {
		t.Errorf("another one, %v", err)
	}
	if n := len(h.open); n != keptHosts+1 {
		t.Errorf("%d registries are open", n)
	}
	if h.Opened("stays.example") != stays || h.Opened("h0.example") != nil {
		t.Error("the first of the others was not forgotten, or the one that stays was")
	}
}
