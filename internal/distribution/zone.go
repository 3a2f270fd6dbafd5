package distribution

import (
	"net/netip"
	"strings"
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

// metadataAddrs are those of Amazon EC2, ECS and EKS, Google Cloud, Azure, Alibaba Cloud and Oracle Cloud.
var metadataAddrs = map[netip.Addr]bool{
	netip.MustParseAddr("169.254.169.254"): true, netip.MustParseAddr("fd00:ec2::254"): true,
	netip.MustParseAddr("169.254.170.2"): true, netip.MustParseAddr("169.254.170.23"): true,
	netip.MustParseAddr("fd00:ec2::23"): true, netip.MustParseAddr("fe80::a9fe:a9fe"): true,
	netip.MustParseAddr("fd20:ce::254"): true, netip.MustParseAddr("168.63.129.16"): true,
	netip.MustParseAddr("100.100.100.200"): true, netip.MustParseAddr("192.0.0.192"): true,
}

var (
	nat64 = netip.MustParsePrefix("64:ff9b::/96")  // an IPv4 address is in the last four bytes
	cgnat = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598
	here  = netip.MustParsePrefix("0.0.0.0/8")     // Linux takes 0.0.0.0 for itself
)

// zoneOf returns the zone of an address in whichever of its forms.
func zoneOf(addr netip.Addr) zone {
	addr = addr.WithZone("").Unmap()
	if bytes := addr.As16(); addr.Is6() && nat64.Contains(addr) {
		addr = netip.AddrFrom4([4]byte(bytes[12:]))
	}
	switch {
	case metadataAddrs[addr]:
		return metadata
	case addr.IsLoopback(), addr.IsUnspecified(), here.Contains(addr):
		return loopback
	case addr.IsLinkLocalUnicast(), addr.IsMulticast():
		return linkLocal
	case addr.IsPrivate(), cgnat.Contains(addr):
		return private
	}
	return public
}

// metadataNames are what those addresses are called where they have names.
var metadataNames = map[string]bool{
	"metadata": true, "metadata.google.internal": true, "instance-data": true, "instance-data.ec2.internal": true,
}

// zoneOfHost returns the zone of a host as far as its name tells; literal if it is an address. What
// ends in a number and is none of Go's addresses may be one to those who resolve it, so it is ok to nobody.
func zoneOfHost(host string) (z zone, literal, ok bool) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return zoneOf(addr), true, true
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	last := host[strings.LastIndexByte(host, '.')+1:]
	switch {
	case last == "", strings.Trim(last, "0123456789") == "", strings.HasPrefix(last, "0x") && strings.Trim(last[2:], "0123456789abcdef") == "":
		return public, false, false
	case last == "localhost":
		return loopback, false, true
	case metadataNames[host]:
		return metadata, false, true
	}
	return public, false, true
}
