package fence

import (
	"net/netip"
	"strings"
)

// metadataNames are what addresses of metadata are called where they have names that all may ask for.
var metadataNames = set(
	"metadata.goog",                                       // Google Cloud
	"metadata.tencentyun.com",                             // Tencent Cloud
	"api.metadata.cloud.ibm.com",                          // IBM Cloud
	"metadata.platformequinix.com", "metadata.packet.net", // Equinix Metal
)

// metadataLabels begin such names that a cloud's own resolver knows, alone or below .internal:
// metadata.google.internal, instance-data.ec2.internal, instance-data.REGION.compute.internal.
var metadataLabels = set("metadata", "instance-data", "rancher-metadata")

// loopbackNames are names for this machine besides those below .localhost (RFC 6761), in the hosts files of
// Linux distributions, and for the machine that a container runs on.
var loopbackNames = set(
	"localhost.localdomain", "localhost4", "localhost6", "localhost4.localdomain4", "localhost6.localdomain6",
	"ip6-localhost", "ip6-loopback", "host.docker.internal", "gateway.docker.internal", "kubernetes.docker.internal",
	"host.containers.internal", "host.minikube.internal", "host.k3d.internal", "host.lima.internal",
	"host.rancher-desktop.internal", "host.orb.internal",
)

// privateNames are those of a Kubernetes cluster's API server inside of the cluster.
var privateNames = set("kubernetes", "kubernetes.default", "kubernetes.default.svc",
	"kubernetes.default.svc.cluster.local")

func set(names ...string) map[string]bool {
	m := map[string]bool{}
	for _, name := range names {
		m[name] = true
	}
	return m
}

// zoneOfHost returns the zone of a host as far as it is written there, which certain says: an address, or a
// name that means the same wherever it is asked for. What is neither a name nor an address is not ok;
// nor is what ends in a number and is no address of Go's, for it may be one to a resolver or a
// proxy: 127.1, 0x7f000001, 2852039166, 0251.0376.0251.0376.
func zoneOfHost(host string) (z zone, certain, ok bool) {
	if addr, err := netip.ParseAddr(host); err == nil {
		if link := lower(addr.Zone()); link != "" && !isName(link, []string{link}) {
			return public, false, false
		}
		return zoneOf(addr), true, true
	}
	host = lower(strings.TrimSuffix(host, "."))
	labels := strings.Split(host, ".")
	first, last := labels[0], labels[len(labels)-1]
	switch {
	case !isName(host, labels), isNumber(last):
		return public, false, false
	case metadataNames[host], metadataLabels[first] && (len(labels) == 1 || last == "internal"):
		return metadata, true, true
	case last == "localhost", loopbackNames[host]:
		return loopback, true, true
	case privateNames[host]:
		return private, true, true
	}
	return public, false, true
}

// lower folds ASCII alone: Unicode's lower case of the Kelvin sign is a k, and that of a dotted I is an i.
func lower(host string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, host)
}

// isName reports whether a host is a name of DNS, in ASCII. Other scripts have an ASCII form; letters that
// others would fold into it, such as full-width digits, have no business here.
func isName(host string, labels []string) bool {
	const most, mostOfLabel = 253, 63 // RFC 1035 section 2.3.4
	for _, label := range labels {
		if label == "" || len(label) > mostOfLabel {
			return false
		}
	}
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	}
	return len(host) <= most && !strings.ContainsFunc(host, odd)
}

// isNumber reports whether the C library's inet_aton may take a label for a number: decimal, octal or
// hexadecimal.
func isNumber(label string) bool {
	hex, isHex := strings.CutPrefix(label, "0x")
	return isHex && strings.Trim(hex, "0123456789abcdef") == "" || strings.Trim(label, "0123456789") == ""
}
