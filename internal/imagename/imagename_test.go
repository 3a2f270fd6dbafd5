package imagename

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const someDigest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func TestParse(t *testing.T) {
	ecr := func(account, region, partition string) ECRRegistry {
		return ECRRegistry{Account: account, Region: region, Partition: partition}
	}
	us := ecr("123456789012", "us-east-1", "aws")
	for _, c := range []struct {
		in   string
		want Name
	}{
		{"alpine", Name{Kind: Registry, Host: "docker.io", Repository: "library/alpine", Tag: "latest"}},
		{"alpine:3", Name{Kind: Registry, Host: "docker.io", Repository: "library/alpine", Tag: "3"}},
		{"docker://alpine:3", Name{Kind: Registry, Host: "docker.io", Repository: "library/alpine", Tag: "3"}},
		{"index.docker.io/grafana/loki", Name{Kind: Registry, Host: "docker.io", Repository: "grafana/loki", Tag: "latest"}},
		{"localhost:5000/a/b:1", Name{Kind: Registry, Host: "localhost:5000", Repository: "a/b", Tag: "1"}},
		{"ghcr.io/a/b@" + someDigest, Name{Kind: Registry, Host: "ghcr.io", Repository: "a/b", Digest: someDigest}},
		{"ghcr.io/a/b:1@" + someDigest, Name{Kind: Registry, Host: "ghcr.io", Repository: "a/b", Tag: "1", Digest: someDigest}},
		{"example.com/mirror.dkr.ecr/x:1", Name{Kind: Registry, Host: "example.com", Repository: "mirror.dkr.ecr/x", Tag: "1"}}, // dkr.ecr in a path is no host
		{"public.ecr.aws/docker/library/alpine:3", Name{Kind: ECRPublic, Host: "public.ecr.aws", Repository: "docker/library/alpine", Tag: "3"}},
		{"oci:build:v1", Name{Kind: OCILayout, Path: "build:v1"}},
		{"dir:/tmp/image", Name{Kind: Directory, Path: "/tmp/image"}},
		{"123456789012.dkr.ecr.us-east-1.amazonaws.com/app", Name{Kind: ECR, ECR: us, Host: "123456789012.dkr.ecr.us-east-1.amazonaws.com", Repository: "app", Tag: "latest"}},
		{"ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/team/app:1", Name{Kind: ECR, ECR: us, Host: "123456789012.dkr.ecr.us-east-1.amazonaws.com", Repository: "team/app", Tag: "1"}},
		{"ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/app:1@" + someDigest, Name{Kind: ECR, ECR: us, Host: "123456789012.dkr.ecr.us-east-1.amazonaws.com", Repository: "app", Tag: "1", Digest: someDigest}},
	} {
		got, err := Parse(c.in)
		if err != nil {
			t.Errorf("Parse(%q): %v", c.in, err)
		} else if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", c.in, diff)
		}
	}
}

func TestParseECRHosts(t *testing.T) {
	for _, c := range []struct {
		host, partition string
		fips, dualStack bool
	}{
		{"123456789012.dkr.ecr.eu-west-1.amazonaws.com", "aws", false, false},
		{"123456789012.dkr.ecr-fips.us-east-1.amazonaws.com", "aws", true, false},
		{"123456789012.dkr-ecr.us-east-1.on.aws", "aws", false, true},
		{"123456789012.dkr-ecr-fips.us-east-1.on.aws", "aws", true, true},
		{"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "aws-cn", false, false},
		{"123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", "aws-cn", false, true},
		{"123456789012.dkr.ecr.us-gov-west-1.amazonaws.com", "aws-us-gov", false, false},
		{"123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "aws-us-gov", true, false},
		{"123456789012.dkr-ecr.us-gov-west-1.on.aws", "aws-us-gov", false, true},
		{"123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", "aws-iso", false, false},
		{"123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "aws-iso-b", false, false},
		{"123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk", "aws-iso-e", false, false},
		{"123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov", "aws-iso-f", false, false},
		{"123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", "aws-eusc", false, false},
		{"123456789012.dkr.ecr.xx-future-9.amazonaws.com", "aws", false, false}, // a region newer than any list
	} {
		name, err := Parse(c.host + "/app:1")
		if err != nil {
			t.Errorf("%s: %v", c.host, err)
			continue
		}
		r := name.ECR
		if name.Kind != ECR || r.Partition != c.partition || r.FIPS != c.fips || r.DualStack != c.dualStack {
			t.Errorf("%s: %+v", c.host, r)
		}
		if got := r.Host(); got != c.host {
			t.Errorf("%s: Host() = %s", c.host, got)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ in, say string }{
		{"", "is empty"},
		{"   ", "is empty"},
		{":tag", "invalid reference format"},
		{"app:", "invalid reference format"},
		{"app@", "invalid reference format"},
		{"App:1", "must be lowercase"},
		{"example.com/", "invalid reference format"},
		{"app@sha256:123", "invalid"},
		{"app@md5:d41d8cd98f00b204e9800998ecf8427e", "unsupported digest"},
		{"app:has space", "invalid reference format"},
		{"https://example.com/app:1", "URL scheme"},
		{"oci:", "has no path"},
		{"oci::tag", "has no path"},
		{"dir:", "has no path"},
		{"docker-archive:x.tar", "not supported"},
		{"x.123456789012.dkr.ecr.us-east-1.amazonaws.com/app", "is not ACCOUNT.dkr.ecr.REGION.SUFFIX"},
		{"12345.dkr.ecr.us-east-1.amazonaws.com/app", "not 12 digits"},
		{"123456789012.dkr.ecr.useast1.amazonaws.com/app", "not an AWS region"},
		{"123456789012.dkr.ecr.amazonaws.com/app", "not an AWS region"},
		{"123456789012.dkr.ecr.us-east-1.on.aws/app", "no AWS partition"},        // dual-stack suffix without dkr-ecr
		{"123456789012.dkr-ecr.us-east-1.amazonaws.com/app", "no AWS partition"}, // and the reverse
		{"123456789012.dkr.ecr.us-east-1.amazonaws.com/a", "2 to 256"},
		{"123456789012.dkr.ecr.us-east-1.amazonaws.com/" + strings.Repeat("a", 257), "255 characters"},
		{"123456789012.dkr.ecr.us-east-1.amazonaws.com/app@sha512:" + strings.Repeat("ab", 64), "sha256 only"},
		{"ecr.aws/app", "is not followed by arn:"},
		{"ecr.aws/arn:aws:s3:us-east-1:123456789012:repository/app", "is not followed by arn:"},
		{"ecr.aws/arn:aws:ecr:us-east-1:123456789012:app", "does not name a repository"},
		{"ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/", "does not name a repository"},
		{"ecr.aws/arn:aws:ecr:us-east-1:1234:repository/app", "not 12 digits"},
		{"ecr.aws/arn:aws:ecr::123456789012:repository/app", "not an AWS region"},
		{"ecr.aws/arn:moon:ecr:us-east-1:123456789012:repository/app", `partition "moon" is not known`},
		{"ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/app:", "invalid reference format"},
		{"ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/app@", "invalid reference format"},
	} {
		name, err := Parse(c.in)
		switch {
		case err == nil:
			t.Errorf("Parse(%q) = %+v, want an error", c.in, name)
		case !strings.Contains(err.Error(), c.say):
			t.Errorf("Parse(%q): %v, want it to say %q", c.in, err, c.say)
		}
	}
}

func TestSameImage(t *testing.T) {
	const host = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"alpine", "docker.io/library/alpine:latest", true},
		{"alpine:3", "alpine:4", false},
		{host + "/app:1", "ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/app:1", true},
		{host + "/app:1", "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/app:1", true}, // another way to the same image
		{host + "/app:1", "123456789012.dkr-ecr.us-east-1.on.aws/app:1", true},
		{host + "/app:1", "123456789012.dkr.ecr.us-east-2.amazonaws.com/app:1", false},
		{host + "/app@" + someDigest, host + "/app:1", false}, // gives the digest a tag
		{host + "/app@" + someDigest, host + "/app@" + someDigest, true},
		{host + "/app:1@" + someDigest, host + "/app:1", true},
		{"oci:a:1", "oci:./a:1", true},
		{"oci:a:1", "oci:a:2", false},
		{"dir:a", "dir:b/../a", true},
		{"oci:a", "dir:a", false},
	} {
		a, errA := Parse(c.a)
		b, errB := Parse(c.b)
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

// FuzzParse checks that whatever is accepted has a full form which means the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"alpine", "localhost:5000/a:1", "ghcr.io/a/b:1@" + someDigest, "oci:a:b", "dir:x", "docker://x",
		"123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/app:1", "123456789012.dkr-ecr.us-east-1.on.aws/a/b",
		"ecr.aws/arn:aws-cn:ecr:cn-north-1:123456789012:repository/app@" + someDigest, "public.ecr.aws/a/b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := Parse(s)
		if err != nil {
			return
		}
		again, err := Parse(name.String())
		if err != nil {
			t.Fatalf("Parse(%q) = %s, which is refused: %v", s, name, err)
		}
		if again != name || !name.SameImage(again) {
			t.Errorf("Parse(%q) = %+v, parsed again %+v", s, name, again)
		}
	})
}
