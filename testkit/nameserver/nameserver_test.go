package nameserver

import (
	"net/netip"
	"testing"
)

func TestNamesHaveTheAddressesThatAreWanted(t *testing.T) {
	resolver := Resolver(func(label string) netip.Addr {
		if label == "here" {
			return netip.MustParseAddr("127.0.0.1")
		}
		return netip.MustParseAddr("192.0.2.7")
	})
	for name, want := range map[string]string{
		"here.example.com": "127.0.0.1", "x.example.com": "192.0.2.7",
		"x": "192.0.2.7",
	} {
		got, err := resolver.LookupNetIP(t.Context(), "ip", name+".")
		if err != nil || len(got) != 1 || got[0].Unmap().String() != want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}
