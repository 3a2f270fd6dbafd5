package images_test

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table in docs/security.md anew")

// A form is one in which a host may be written.
type form struct{ host string }

// forms are what the table has, by what they are.
var forms = []struct {
	what  string
	hosts string
}{
	{
		"where clouds keep credentials",
		`169.254.169.254 169.254.169.254:8080 169.254.170.2 169.254.170.23 168.63.129.16 100.100.100.200 192.0.0.192 169.254.0.23 169.254.42.42
		[fd00:ec2::254] [fd00:ec2::23] [fd20:ce::254] [fd00:c1::a9fe:a9fe] [fd00:100::100:200] [fd00:42::42] [fe80::a9fe:a9fe%25eth0]`,
	},
	{
		"the same inside of IPv6",
		`[::ffff:169.254.169.254] [::169.254.169.254] [::ffff:0:a9fe:a9fe] [64:ff9b::a9fe:a9fe] [64:ff9b:1::a9fe:a9fe]
		[64:ff9b:1:a9fe:a9:fe00::] [2002:a9fe:a9fe::1] [2001:0:808:808::5601:5601] [fe80::5efe:a9fe:a9fe] [2600:1:2:3:4:5:a9fe:a9fe]`,
	},
	{
		"the same as a number",
		`2852039166 0xa9fea9fe 0xA9.0xFE.0xA9.0xFE 0251.0376.0251.0376 169.254.43518 169.254.169.254. 169.254.169.254%2e
		１６９.254.169.254 169。254。169。254`,
	},
	{
		"their names",
		`metadata.google.internal METADATA.GOOGLE.INTERNAL. metadata metadata.goog instance-data.ec2.internal ` +
			`metadata.tencentyun.com`,
	},
	{
		"this machine",
		`127.0.0.1 127.255.255.254:5000 [::1] 0.0.0.0 [::] [::ffff:127.0.0.1] [64:ff9b::7f00:1] 127.1 2130706433 localhost x.localhost. LOCALHOST
		ip6-localhost host.docker.internal ⓛocalhost`,
	},
	{"this link, and many at once", `169.254.1.1 [fe80::1%25eth0] 224.0.0.1 255.255.255.255 [ff02::1]`},
	{
		"private networks",
		`10.0.0.1 172.16.0.1 192.168.1.1 100.64.0.1 198.18.0.1 192.0.0.8 203.0.113.1 240.0.0.1 [fd12::1] [fec0::1] [2001:db8::1]
		[::ffff:10.0.0.1] [2002:a00:1::1] kubernetes.default.svc`,
	},
	{"names that mean such an address", `169-254-169-254.nip.io 127-0-0-1.nip.io 10-0-0-1.nip.io`},
	{"with a user", `example.org@169.254.169.254 169.254.169.254@example.org`},
	{"all others", `example.org 8.8.8.8 [2600::1] xn--bcher-kva.example metadata.example.org`},
}

const (
	document = "../../docs/security.md"
	opens    = "<!-- fence: written by go test ./internal/images -run Fence -update -->\n"
	closes   = "<!-- end of fence -->\n"
)

// TestFence tries every form of a host in every way that it may come up, and holds the table in the docs to
// what became of it.
func TestFence(t *testing.T) {
	n := newNetwork(t)
	var b strings.Builder
	b.WriteString("| host | named as a source | the same, through a proxy |")
	for _, w := range ways[1:] {
		b.WriteString(" " + w.name + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(ways)+1) + "\n")
	count := 0
	for _, group := range forms {
		b.WriteString("| *" + group.what + "* |" + strings.Repeat(" |", len(ways)+1) + "\n")
		for _, host := range strings.Fields(group.hosts) {
			b.WriteString(n.row(t, form{host}) + "\n")
			count++
		}
	}
	if count < 60 {
		t.Errorf("%d forms", count)
	}
	content, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, opened := strings.Cut(string(content), opens)
	now, after, closed := strings.Cut(rest, closes)
	if !opened || !closed {
		t.Fatalf("%s has no place for the table", document)
	}
	want := "\n" + b.String() + "\n"
	switch {
	case now == want:
	case *update:
		if err := os.WriteFile(document, []byte(before+opens+want+closes+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the table in %s is another; go test ./internal/images -run Fence -update\n%s", document, want)
	}
}
