package fence

import (
	"net/netip"
)

// A zone says who can reach an address, the nearer ones after those of everyone.
type zone int32

const (
	public    zone = iota
	private        // a network such as ours; also public names have such addresses, behind VPC endpoints
	linkLocal      // this link, and all else that no router passes on
	loopback       // this machine
	metadata       // where a cloud hands its credentials to whoever asks from this machine
)

func (z zone) String() string {
	switch z {
	case private:
		return "an address of a private network"
	case linkLocal:
		return "a link-local address"
	case loopback:
		return "this machine"
	case metadata:
		return "where a cloud keeps credentials for this machine"
	}
	return "a public address"
}

// A network is a prefix and who can reach it.
type network struct {
	netip.Prefix
	zone zone
}

func in(z zone, prefixes ...string) []network {
	list := make([]network, len(prefixes))
	for i, p := range prefixes {
		list[i] = network{netip.MustParsePrefix(p), z}
	}
	return list
}

// networks returns those that are not as the rest of their family, the narrower before the wider. They
// are IANA's registries of special-purpose addresses: what is not "globally reachable" there is private
// at least (https://www.iana.org/assignments/iana-ipv4-special-registry, iana-ipv6-special-registry).
func networks() []network {
	var list []network
	for _, n := range [][]network{
		in(loopback, "0.0.0.0/8", "127.0.0.0/8", "::/128", "::1/128"), // Linux takes 0.0.0.0 for itself
		in(linkLocal, "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32", "fe80::/10", "ff00::/8"),
		// Anycast of PCP and TURN, in a block that is not reachable otherwise.
		in(public, "192.0.0.9/32", "192.0.0.10/32"),
		// private, and behind a carrier's NAT
		in(private, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
			"192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", // protocols, documentation
			"198.18.0.0/15", "240.0.0.0/4"), // benchmarks, reserved
		// PCP, TURN, DNS-SD, AMT, AS112, ORCHIDv2 and drones, in a block that is not reachable otherwise.
		in(public, "2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:3::/32", "2001:4:112::/48", "2001:20::/28",
			"2001:30::/28"),
		in(private, "2001::/23", "2001:db8::/32", "3fff::/20"), // protocols, Teredo's among them; documentation
		// all of IPv6 that is assigned to be reached, and NAT64's well-known prefix
		in(public, "2000::/3", "64:ff9b::/96"),
		// fc00::/7, fec0::/10, 64:ff9b:1::/48, 100::/64, 5f00::/16, ::/96, ...
		in(private, "::/0"),
	} {
		list = append(list, n...)
	}
	return list
}

var special = networks()

// zoneOf returns the zone of an address: the nearest of its own and those of the IPv4 addresses that are
// inside of it.
func zoneOf(addr netip.Addr) zone {
	addr = addr.WithZone("").Unmap()
	if isMetadata(addr) {
		return metadata
	}
	z := ownZone(addr)
	for _, inner := range embedded(addr) {
		z = max(z, ownZone(inner))
	}
	return z
}

// ownZone returns the zone of an address as it is written.
func ownZone(addr netip.Addr) zone {
	for _, n := range special {
		if n.Contains(addr) {
			return n.zone
		}
	}
	return public
}
