package fence

import (
	"net/netip"
	"strings"
	"testing"
)

func TestZonesOfAddresses(t *testing.T) {
	for want, addrs := range map[zone]string{
		metadata: `169.254.169.254 169.254.170.2 169.254.170.23 fd00:ec2::254 fd00:ec2::23 fd20:ce::254 168.63.129.16 100.100.100.200
			fd00:100::100:200 fd00:c1::a9fe:a9fe 192.0.0.192 169.254.0.23 169.254.42.42 fd00:42::42 fd00:a9fe:a9fe::1
			fe80::a9fe:a9fe fe80::a9fe:a9fe%eth0 169.254.169.250
			::ffff:169.254.169.254 ::169.254.169.254 ::ffff:0:169.254.169.254 64:ff9b::169.254.169.254 2002:a9fe:a9fe::1
			64:ff9b:1::169.254.169.254 64:ff9b:1:a9fe:a9:fe00:: 64:ff9b:1:77a9:fe:a9fe:: 64:ff9b:1:77:a9:fea9:fe00::
			2001:0:4136:e378:8000:63bf:5601:5601 2001:0:a9fe:a9fe::1
			fe80::5efe:169.254.169.254 2600::200:5efe:a9fe:a9fe 2600:1:2:3:4:5:a9fe:a9fe 2600:1:a9fe:a9fe::
			2600:1:6464:6464:c8:: 2600:1:2:64:64:64c8:: 2600:1:2:3:a8:3f81:1000::`,
		loopback: `127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 :: ::1 ::1%lo ::ffff:127.0.0.1 ::127.0.0.1 ::ffff:0:7f00:1 64:ff9b::7f00:1
			64:ff9b:1::7f00:1 64:ff9b:1:7f00:0:100:: 2002:7f00:1:: 2001:0:0808:0808:8000:0:80ff:fffe fe80::200:5efe:7f00:1`,
		linkLocal: `169.254.1.1 169.254.169.253 fe80::1 fe80::1%eth0 febf::1 224.0.0.1 239.255.255.255 255.255.255.255 ff02::1 ff0e::1
			::ffff:169.254.1.1 64:ff9b::a9fe:101 2002:a9fe:101::`,
		private: `10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 100.127.255.255 192.0.0.1 192.0.2.1 198.51.100.1 203.0.113.1
			198.18.0.1 198.19.255.255 240.0.0.1 255.255.255.254 fc00::1 fd12::1 fec0::1 64:ff9b:1::808:808 100::1 5f00::1 2001:db8::1
			3fff::1 2001:2::1 2001:0:808:808::f7f7:f7f7 ::8.8.8.8 ::ffff:0:8.8.8.8 4000::1 ::ffff:10.0.0.1 64:ff9b::10.0.0.1 2002:a00:1::
			2600::5efe:10.0.0.1`,
		public: `8.8.8.8 1.1.1.1 172.15.0.1 172.32.0.1 100.63.0.1 100.128.0.1 192.0.0.9 192.0.0.10 192.0.1.1 198.17.0.1 198.20.0.1 11.0.0.1
			::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808:: 2600::1 2a00:1450::1 2001:4860:4860::8888 2001:1::1 2001:3::1 2001:20::1
			2600:1:2:3:4:5:a00:1 2600::5efe:8.8.8.8`,
	} {
		for _, addr := range strings.Fields(addrs) {
			if got := zoneOf(netip.MustParseAddr(addr)); got != want {
				t.Errorf("%s: %s, want %s", addr, got, want)
			}
		}
	}
}

func TestZonesOfHosts(t *testing.T) {
	for want, hosts := range map[zone]string{
		metadata: `metadata metadata. METADATA metadata.google.internal Metadata.Google.Internal. metadata.goog instance-data
			instance-data.ec2.internal instance-data.eu-west-1.compute.internal metadata.tencentyun.com api.metadata.cloud.ibm.com
			rancher-metadata metadata.packet.net 169.254.169.254 ::ffff:a9fe:a9fe fe80::a9fe:a9fe%eth0`,
		loopback: `localhost LOCALHOST. x.localhost a.b.localhost. localhost.localdomain localhost6.localdomain6 ip6-localhost ip6-loopback
			host.docker.internal host.containers.internal 127.0.0.1 ::1`,
		private: "kubernetes kubernetes.default.svc kubernetes.default.svc.cluster.local. 10.0.0.1 fd00::1",
		public: `example.com EXAMPLE.com. metadata.example.com my-metadata.internal localhost.example.com a_b.example xn--bcher-kva.example
			1.2.3.4.nip.io 1e100.net 0xabc.example 127.0.0.1.com kubernetes.io 8.8.8.8 2600::1`,
	} {
		for _, host := range strings.Fields(hosts) {
			if got, certain, ok := zoneOfHost(host); got != want || !ok || !certain && want != public {
				t.Errorf("%s: %s, certain %v, ok %v, want %s", host, got, certain, ok, want)
			}
		}
	}
	for _, host := range append(strings.Fields(`127.1 127.0.1 0177.0.0.1 0x7f.0.0.1 0x7f000001 0X7F.1 2130706433 017700000001 0 0x0 0x 127.0.0.0x1
		0251.0376.0251.0376 0xa9fea9fe 2852039166 169.254.43518 169.254.169.254. 169.254.169.254.. 256.1.1.1 1.2.3.4.5 example.1
		１６９.254.169.254 169。254。169。254 ⓛocalhost ｌocalhost metadata．goog bücher.example İ K8s.example locaſhost 127.0.0.1%00 a..b .a a%2eb a@b a:b a/b
		[::1] --☃ `+strings.Repeat("a", 64)+".example "+strings.Repeat("a.", 127)+"aa"), "", ".", "a b", "a\x00b", "a\nb", "fe80::1%\x1b[2J", "fe80::a9fe:a9fe%a b") {
		if z, certain, ok := zoneOfHost(host); ok {
			t.Errorf("%q: %s, certain %v; want neither a name nor an address", host, z, certain)
		}
	}
}

func TestZonesThatAreAdmitted(t *testing.T) {
	for _, c := range []struct {
		from     zone
		insecure bool
		to       zone
		certain  bool
		want     bool
	}{
		{public, false, public, true, true},
		{public, false, private, false, true}, // a VPC endpoint
		{public, false, private, true, false},
		{private, false, private, true, true},
		{private, false, linkLocal, true, false},
		{private, false, loopback, false, false},
		{linkLocal, false, linkLocal, true, true},
		{loopback, false, loopback, true, true},
		{loopback, false, linkLocal, true, true},
		{loopback, false, metadata, true, false},
		{public, true, loopback, true, true},
		{public, true, private, true, true},
		{public, true, metadata, false, false},
		{metadata, true, metadata, true, false},
	} {
		f := New(Network{}, c.insecure)
		f.zone.Store(int32(c.from))
		if got := f.admits(c.to, c.certain); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// FuzzHost takes nothing for a host that could be an address to somebody else.
func FuzzHost(f *testing.F) {
	for _, seed := range []string{
		"localhost", "0x7f.1", "[::1]", "::ffff:7f00:1", "a.b.", "１.1.1.1",
		"fe80::1%eth0", "x.0X1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, host string) {
		z, certain, ok := zoneOfHost(host)
		if addr, err := netip.ParseAddr(host); err == nil {
			if (!ok || !certain) && addr.Zone() == "" {
				t.Errorf("%q is an address", host)
			}
			return
		}
		labels := strings.Split(strings.ToLower(strings.TrimSuffix(host, ".")), ".")
		if ok && (isNumber(labels[len(labels)-1]) || strings.ContainsFunc(host,
			func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("%@:/[]", r) })) {
			t.Errorf("%q is a name, in %s", host, z)
		}
		if upper, c, o := zoneOfHost(strings.ToUpper(host)); ok && (upper != z || c != certain || !o) {
			t.Errorf("%q is %s, and in upper case %s", host, z, upper)
		}
	})
}

func TestRefusalsSayNothingRaw(t *testing.T) {
	f := New(Network{}, false)
	for _, host := range []string{
		"a\x1b[2J", "fe80::1%\x1b[2J", strings.Repeat("\x07", 10_000),
		strings.Repeat("a", 10_000), "\u202egro.elpmaxe",
	} {
		err := f.CheckHost(host)
		if err == nil || len(err.Error()) > 500 || strings.ContainsFunc(err.Error(),
			func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%q: %v", host, err)
		}
	}
}
