// Package fence keeps connections away from addresses that only this machine can reach. A registry's answers and the
// content of an image name hosts, and must not lead requests to such addresses.
package fence

import (
	"fmt"
	"net/netip"
	"sync/atomic"
)

// A PlaceError says that a request was refused because of the host or the address it was to be sent to.
type PlaceError struct {
	Host string // host or address that the request was to be sent to
	zone zone
}

// longest is how many bytes of what is no host are told.
const longest = 100

func (e *PlaceError) Error() string {
	s := fmt.Sprintf("refused: %s is %s", e.Host, e.zone)
	if e.zone == public {
		s = fmt.Sprintf("refused: %q is neither a name nor an address", e.Host[:min(len(e.Host), longest)])
	}
	if e.zone != metadata && e.zone != public {
		s += ", where only a registry that is there itself, or that is named insecure, may lead"
	}
	return s
}

// Transient returns false: the same request would be refused again.
func (e *PlaceError) Transient() bool { return false }

// A Fence is around one registry: the requests to it, and those that its answers ask for - redirects,
// uploads elsewhere, token servers, foreign layers, signatures. It is safe for concurrent use.
//
// Addresses count as they are dialed, not as they were once resolved; behind a proxy, which resolves
// names, the names are all that there is to judge. A registry is in the zone that it answers from,
// by a connection that was verified:
//
//   - Where clouds keep credentials, nothing is asked, not even for the user.
//   - This machine and its link are for registries that are there, or that the user trusts without TLS.
//   - A private network is for those, and for registries in one. Names count as public there:
//     in a VPC with endpoints, object stores have private addresses by their public names.
type Fence struct {
	network  Network
	insecure bool
	zone     atomic.Int32 // that the registry itself answers from
}

// New returns a fence around a registry. One that is insecure may lead to this machine and to private
// networks.
func New(n Network, insecure bool) *Fence { return &Fence{network: n, insecure: insecure} }

// admits reports whether an answer may lead to a zone, which is certain where it is written in the host.
func (f *Fence) admits(z zone, certain bool) bool {
	own := zone(f.zone.Load())
	switch {
	case z == metadata:
		return false
	case z == public, f.insecure, z == private && !certain:
		return true
	}
	return own >= z
}

// CheckHost returns a *[PlaceError] if an answer may not lead to a host, judged by how it is written. Behind a proxy
// nothing else is known of a host.
func (f *Fence) CheckHost(host string) error {
	z, certain, ok := zoneOfHost(host)
	if !ok {
		return &PlaceError{Host: host}
	}
	if !f.admits(z, certain) {
		return &PlaceError{Host: host, zone: z}
	}
	return nil
}

// checkAddr judges an address that such a host has turned out to mean.
func (f *Fence) checkAddr(address string) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if z := zoneOf(to.Addr()); !f.admits(z, false) {
		return &PlaceError{Host: to.Addr().String(), zone: z}
	}
	return nil
}

// named is the fence around what the user named: it holds off metadata, and what is no host.
func (f *Fence) named() *Fence { return &Fence{network: f.network, insecure: true} }
