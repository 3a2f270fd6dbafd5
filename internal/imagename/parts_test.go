package imagename

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSameImage(t *testing.T) {
	const host = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"alpine", "docker.io/library/alpine:latest", true},
		{"alpine:3", "alpine:4", false},
		{"alpine:3", "registry-1.docker.io/library/alpine:3", true},
		{"alpine:3", "index.docker.io:443/alpine:3", true},
		{"alpine:3", "registry-1.docker.io:5000/library/alpine:3", false},
		{"GHCR.io/org/app:1", "ghcr.io:443/org/app:1", true},
		{host + "/app:1", "ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/app:1", true},
		// another way to the same image
		{host + "/app:1", "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/app:1", true},
		{host + "/app:1", "123456789012.dkr-ecr.us-east-1.on.aws/app:1", true},
		{host + "/app:1", "123456789012.dkr.ecr.us-east-2.amazonaws.com/app:1", false},
		{host + "/app@" + someDigest, host + "/app:1", false}, // gives the digest a tag
		{host + "/app@" + someDigest, host + "/app@" + someDigest, true},
		{host + "/app:1@" + someDigest, host + "/app:1", false}, // puts the tag back on the digest
		{"public.ecr.aws/alias/app:1", "ecr-public.aws.com/alias/app:1", true},
		{"public.ecr.aws/alias/app:1", "public.ecr.aws/other/app:1", false},
		{"oci:a:1", "oci:./a:1", true},
		{"oci:a:1", "oci:a:2", false},
		{"dir:a", "dir:b/../a", true},
		{"oci:a", "dir:a", false},
	} {
		a, errA := ParseImage(c.a)
		b, errB := ParseImage(c.b)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if a.SameImage(b) != c.want || b.SameImage(a) != c.want {
			t.Errorf("SameImage(%s, %s) = %v and %v, want %v", c.a, c.b, a.SameImage(b), b.SameImage(a), c.want)
		}
	}
}

func TestSplitList(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"", nil},
		{" , ,", nil},
		{"a", []string{"a"}},
		{" a:1 ,b:2,, a:1", []string{"a:1", "b:2"}},
	} {
		if diff := cmp.Diff(c.want, SplitList(c.in)); diff != "" {
			t.Errorf("SplitList(%q) (-want +got):\n%s", c.in, diff)
		}
	}
}

func TestSplitAlias(t *testing.T) {
	name, err := ParseImage("public.ecr.aws/docker/library/alpine:3")
	if err != nil {
		t.Fatal(err)
	}
	if alias, repository := name.SplitAlias(); alias != "docker" || repository != "library/alpine" {
		t.Errorf("%q, %q", alias, repository)
	}
}
