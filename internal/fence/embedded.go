package fence

import (
	"net/netip"
	"slices"
)

// places are where an IPv6 address has the four bytes of an IPv4 address behind a translator's prefix
// of 32, 40, 48, 56, 64 and 96 bits (RFC 6052 section 2.2): byte 8 is left out.
var places = [][4]int{{4, 5, 6, 7}, {5, 6, 7, 9}, {6, 7, 9, 10}, {7, 9, 10, 11}, {9, 10, 11, 12}, {12, 13, 14, 15}}

// ofLocalUse are those of prefixes inside of 64:ff9b:1::/48.
var ofLocalUse = places[2:]

var (
	nat64       = netip.MustParsePrefix("64:ff9b::/96")    // RFC 6052
	nat64Local  = netip.MustParsePrefix("64:ff9b:1::/48")  // RFC 8215; the prefix may be longer
	sixToFour   = netip.MustParsePrefix("2002::/16")       // RFC 3056
	teredo      = netip.MustParsePrefix("2001::/32")       // RFC 4380: the server's, and the client's, inverted
	compatible  = netip.MustParsePrefix("::/96")           // RFC 4291 section 2.5.5.1
	translated  = netip.MustParsePrefix("::ffff:0:0:0/96") // RFC 2765 section 2.1, SIIT
	unspecified = netip.IPv4Unspecified()
)

func pick(b [16]byte, at [4]int) netip.Addr {
	return netip.AddrFrom4([4]byte{b[at[0]], b[at[1]], b[at[2]], b[at[3]]})
}

// embedded returns the IPv4 addresses that a machine, a tunnel or a translator may take an IPv6 address
// for. Prefixes that an operator has chosen for a translator can't be told from others; see isMetadata.
func embedded(addr netip.Addr) []netip.Addr {
	if !addr.Is6() {
		return nil
	}
	b := addr.As16()
	last := pick(b, places[5])
	var list []netip.Addr
	switch {
	case nat64.Contains(addr), translated.Contains(addr), compatible.Contains(addr) && b != [16]byte{} &&
		b != [16]byte{15: 1}:
		list = append(list, last)
	case sixToFour.Contains(addr):
		list = append(list, pick(b, [4]int{2, 3, 4, 5}))
	case teredo.Contains(addr):
		list = append(list, pick(b, places[0]), netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]}))
	case nat64Local.Contains(addr):
		for _, at := range ofLocalUse {
			if inner := pick(b, at); inner != unspecified && isClear(b[at[3]+1:]) {
				list = append(list, inner)
			}
		}
	}
	if b[8]&^0x02 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe { // ISATAP, RFC 5214 section 6.1
		list = append(list, last)
	}
	return list
}

func isClear(b []byte) bool { return !slices.ContainsFunc(b, func(b byte) bool { return b != 0 }) }

// metadataAddrs are where clouds answer the machines that run in them, by address. cloud-init has most of
// them (https://docs.cloud-init.io/en/latest/reference/datasources.html).
var metadataAddrs = func() map[netip.Addr]bool {
	set := map[netip.Addr]bool{}
	for _, s := range []string{
		// Amazon EC2, Google, Azure, Oracle, DigitalOcean, Hetzner, OpenStack, IBM, Akamai, Exoscale, ...
		"169.254.169.254",
		// EC2 by IPv6 (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html).
		"fd00:ec2::254",
		// Amazon ECS: task roles (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html).
		"169.254.170.2",
		// EKS Pod Identity (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html).
		"169.254.170.23", "fd00:ec2::23",
		// Google Cloud by IPv6 (https://cloud.google.com/compute/docs/metadata/querying-metadata).
		"fd20:ce::254",
		// Azure's host (https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16).
		"168.63.129.16",
		// Alibaba Cloud (https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata).
		"100.100.100.200", "fd00:100::100:200",
		// Oracle Cloud by IPv6 (https://docs.oracle.com/iaas/Content/Compute/Tasks/gettingmetadata.htm), and Classic.
		"fd00:c1::a9fe:a9fe", "192.0.0.192",
		// Tencent Cloud (https://www.tencentcloud.com/document/product/213/4934).
		"169.254.0.23",
		// Scaleway, Akamai: cloud-init's datasources of these names.
		"169.254.42.42", "fd00:42::42", "fd00:a9fe:a9fe::1",
		// OpenStack by IPv6 (https://docs.openstack.org/nova/latest/user/metadata.html).
		"fe80::a9fe:a9fe",
		// Rancher (https://github.com/rancher/rancher-metadata).
		"169.254.169.250",
	} {
		set[netip.MustParseAddr(s)] = true
	}
	return set
}()

// isMetadata reports whether an address is one of those, or any IPv6 address that has one of them inside,
// where a translator would look for it behind a prefix of whatever length: which prefixes
// translate is not known, and by chance no address looks like that. Teredo and 6to4 have their own places.
func isMetadata(addr netip.Addr) bool {
	if metadataAddrs[addr] {
		return true
	}
	if !addr.Is6() {
		return false
	}
	b := addr.As16()
	at := func(at [4]int) bool { return metadataAddrs[pick(b, at)] }
	return slices.ContainsFunc(places, at) ||
		slices.ContainsFunc(embedded(addr), func(inner netip.Addr) bool { return metadataAddrs[inner] })
}
