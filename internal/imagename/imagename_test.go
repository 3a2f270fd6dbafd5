package imagename

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const someDigest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func TestParseImage(t *testing.T) {
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
		{"index.docker.io/grafana/loki", Name{
			Kind: Registry, Host: "docker.io", Repository: "grafana/loki",
			Tag: "latest",
		}},
		{"localhost:5000/a/b:1", Name{Kind: Registry, Host: "localhost:5000", Repository: "a/b", Tag: "1"}},
		{"ghcr.io/a/b@" + someDigest, Name{Kind: Registry, Host: "ghcr.io", Repository: "a/b", Digest: someDigest}},
		{"ghcr.io/a/b:1@" + someDigest, Name{
			Kind: Registry, Host: "ghcr.io", Repository: "a/b", Tag: "1",
			Digest: someDigest,
		}},
		// dkr.ecr in a path is no host
		{
			"example.com/mirror.dkr.ecr/x:1",
			Name{Kind: Registry, Host: "example.com", Repository: "mirror.dkr.ecr/x", Tag: "1"},
		},
		{"public.ecr.aws/docker/library/alpine:3", Name{
			Kind: ECRPublic, Host: "public.ecr.aws",
			Repository: "docker/library/alpine", Tag: "3",
		}},
		{"ecr-public.aws.com/alias/app", Name{
			Kind: ECRPublic, Host: "ecr-public.aws.com", Repository: "alias/app",
			Tag: "latest",
		}},
		{"Public.ECR.aws/alias/app:1@" + someDigest, Name{
			Kind: ECRPublic, Host: "public.ecr.aws",
			Repository: "alias/app", Tag: "1", Digest: someDigest,
		}},
		{"oci:build:v1", Name{Kind: OCILayout, Path: "build:v1"}},
		{"dir:/tmp/image", Name{Kind: Directory, Path: "/tmp/image"}},
		{
			"123456789012.dkr.ecr.us-east-1.amazonaws.com/app",
			Name{
				Kind: ECR, ECR: us, Host: "123456789012.dkr.ecr.us-east-1.amazonaws.com", Repository: "app",
				Tag: "latest",
			},
		},
		{
			"123456789012.DKR.ecr.US-east-1.amazonaws.com/app:1",
			Name{
				Kind: ECR, ECR: us, Host: "123456789012.dkr.ecr.us-east-1.amazonaws.com",
				Repository: "app", Tag: "1",
			},
		},
		{
			"ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/team/app:1",
			Name{
				Kind: ECR, ECR: us, Host: "123456789012.dkr.ecr.us-east-1.amazonaws.com",
				Repository: "team/app", Tag: "1",
			},
		},
		{
			"ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/app:1@" + someDigest,
			Name{
				Kind: ECR, ECR: us, Host: "123456789012.dkr.ecr.us-east-1.amazonaws.com", Repository: "app", Tag: "1",
				Digest: someDigest,
			},
		},
	} {
		got, err := ParseImage(c.in)
		if err != nil {
			t.Errorf("ParseImage(%q): %v", c.in, err)
		} else if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("ParseImage(%q) (-want +got):\n%s", c.in, diff)
		}
	}
}

// TestARepositoryIsNotItsLatestImage has names whose tag nobody wrote, and names of images alone.
func TestARepositoryIsNotItsLatestImage(t *testing.T) {
	for in, want := range map[string]struct {
		full, image string
		repository  bool
	}{
		"alpine":                    {"docker.io/library/alpine", "docker.io/library/alpine:latest", true},
		"alpine:latest":             {"docker.io/library/alpine:latest", "docker.io/library/alpine:latest", false},
		"ghcr.io/a/b@" + someDigest: {"ghcr.io/a/b@" + someDigest, "ghcr.io/a/b@" + someDigest, false},
		"public.ecr.aws/alias/app":  {"public.ecr.aws/alias/app", "public.ecr.aws/alias/app:latest", true},
		"ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/a/b": {
			"123456789012.dkr.ecr.us-east-1.amazonaws.com/a/b",
			"123456789012.dkr.ecr.us-east-1.amazonaws.com/a/b:latest", true,
		},
		"oci:layout": {"oci:layout", "oci:layout", false},
		"dir:files":  {"dir:files", "dir:files", false},
	} {
		name, err := Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if name.String() != want.full || name.IsRepository() != want.repository ||
			name.OrLatest().String() != want.image {
			t.Errorf("Parse(%q) = %s, a repository: %v, its image %s", in, name, name.IsRepository(), name.OrLatest())
		}
		if onDisk := strings.HasPrefix(in, "oci:") || strings.HasPrefix(in, "dir:"); name.IsOnDisk() != onDisk {
			t.Errorf("Parse(%q): on disk: %v", in, name.IsOnDisk())
		}
		if w, err := ParseWritten(in); err != nil || w.String() != in || w.Name != name.OrLatest() {
			t.Errorf("ParseWritten(%q) = %+v, %v", in, w, err)
		}
	}
}

func TestParseECRHosts(t *testing.T) {
	for _, c := range []struct {
		host, partition string
		fips, dualStack bool
	}{
		{"123456789012.dkr.ecr.eu-west-1.amazonaws.com", "aws", false, false},
		{"123456789012.dkr.ecr-fips.eu-west-1.amazonaws.com", "aws", true, false},
		{"123456789012.dkr-ecr.eu-west-1.on.aws", "aws", false, true},
		{"123456789012.dkr-ecr-fips.eu-west-1.on.aws", "aws", true, true},
		{"123456789012.dkr.ecr.us-gov-west-1.amazonaws.com", "aws-us-gov", false, false},
		{"123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "aws-us-gov", true, false},
		{"123456789012.dkr-ecr.us-gov-west-1.on.aws", "aws-us-gov", false, true},
		{"123456789012.dkr-ecr-fips.us-gov-west-1.on.aws", "aws-us-gov", true, true},
		{"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "aws-cn", false, false},
		{"123456789012.dkr.ecr-fips.cn-north-1.amazonaws.com.cn", "aws-cn", true, false},
		{"123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", "aws-cn", false, true},
		{"123456789012.dkr-ecr-fips.cn-north-1.on.amazonwebservices.com.cn", "aws-cn", true, true},
		{"123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", "aws-iso", false, false},
		{"123456789012.dkr.ecr-fips.us-iso-east-1.c2s.ic.gov", "aws-iso", true, false},
		{"123456789012.dkr-ecr.us-iso-east-1.on.aws.ic.gov", "aws-iso", false, true},
		{"123456789012.dkr-ecr-fips.us-iso-east-1.on.aws.ic.gov", "aws-iso", true, true},
		{"123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "aws-iso-b", false, false},
		{"123456789012.dkr.ecr-fips.us-isob-east-1.sc2s.sgov.gov", "aws-iso-b", true, false},
		{"123456789012.dkr-ecr.us-isob-east-1.on.aws.scloud", "aws-iso-b", false, true},
		{"123456789012.dkr-ecr-fips.us-isob-east-1.on.aws.scloud", "aws-iso-b", true, true},
		{"123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk", "aws-iso-e", false, false},
		{"123456789012.dkr.ecr-fips.eu-isoe-west-1.cloud.adc-e.uk", "aws-iso-e", true, false},
		{"123456789012.dkr-ecr.eu-isoe-west-1.on.cloud-aws.adc-e.uk", "aws-iso-e", false, true},
		{"123456789012.dkr-ecr-fips.eu-isoe-west-1.on.cloud-aws.adc-e.uk", "aws-iso-e", true, true},
		{"123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov", "aws-iso-f", false, false},
		{"123456789012.dkr.ecr-fips.us-isof-south-1.csp.hci.ic.gov", "aws-iso-f", true, false},
		{"123456789012.dkr-ecr.us-isof-south-1.on.aws.hci.ic.gov", "aws-iso-f", false, true},
		{"123456789012.dkr-ecr-fips.us-isof-south-1.on.aws.hci.ic.gov", "aws-iso-f", true, true},
		{"123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", "aws-eusc", false, false},
		{"123456789012.dkr.ecr-fips.eusc-de-east-1.amazonaws.eu", "aws-eusc", true, false},
		{"123456789012.dkr.ecr.xx-future-9.amazonaws.com", "aws", false, false}, // a region newer than any list
	} {
		name, err := ParseImage(c.host + "/app:1")
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

func TestRegionsTellTheirPartition(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "us-iso-east-1": "aws-iso",
		"us-isob-east-1": "aws-iso-b",
		"eu-isoe-west-1": "aws-iso-e", "us-isof-south-1": "aws-iso-f", "eusc-de-east-1": "aws-eusc",
		"xx-future-9": "aws",
	} {
		if got := Partition(region); got != want {
			t.Errorf("%s: %s, want %s", region, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ in, say string }{
		{"", "is empty"},
		{"   ", "is empty"},
		{":tag", "invalid reference format; write HOST/NAME:TAG or HOST/NAME@sha256:DIGEST"},
		{"app:", "invalid reference format"},
		{"app@", "invalid reference format"},
		{"App:1", "must be lowercase"},
		{"example.com/", "invalid reference format"},
		{"app@sha256:123", "invalid"},
		{"app@md5:d41d8cd98f00b204e9800998ecf8427e", "unsupported digest"},
		{"app:has space", "invalid reference format"},
		{"https://example.com/app:1", "URL scheme"},
		{"[::1]:5000/team/app:1", `"[::1]:5000" is an IPv6 address`},
		{"[::1]/app", `"[::1]" is an IPv6 address`},
		{
			"docker://[2001:db8::1]:443/app@" + "sha256:" + strings.Repeat("a", 64),
			`"[2001:db8::1]:443" is an IPv6 address`,
		},
		{"[fe80::1%eth0]:5000/app:1", `"[fe80::1%eth0]:5000" is an IPv6 address`},
		{"[::ffff:127.0.0.1]:5000/app:1", `is an IPv6 address`},
		{"::1/app", `"::1" is an IPv6 address`},
		{"[::1]:5000", `is an IPv6 address`},
		{"oci:", "has no path"},
		{"oci::tag", "has no path"},
		{"dir:", "has no path"},
		{"docker-archive:x.tar", "not supported"},
		{"x.123456789012.dkr.ecr.us-east-1.amazonaws.com/app", "is not ACCOUNT.dkr.ecr.REGION.SUFFIX"},
		{"12345.dkr.ecr.us-east-1.amazonaws.com/app", "not 12 digits"},
		{"123456789012.dkr.ecr.useast1.amazonaws.com/app", "not an AWS region"},
		{"123456789012.dkr.ecr.amazonaws.com/app", "not an AWS region"},
		// dual-stack suffix without dkr-ecr
		{"123456789012.dkr.ecr.us-east-1.on.aws/app", "there is no ECR host"},
		{"123456789012.dkr-ecr.us-east-1.amazonaws.com/app", "there is no ECR host"}, // and the reverse
		{"123456789012.dkr.ecr.us-east-1.amazonaws.com/a", "2 to 256"},
		{"123456789012.dkr.ecr.us-east-1.amazonaws.com/" + strings.Repeat("a", 257), "255 characters"},
		{"123456789012.dkr.ecr.us-east-1.amazonaws.com/app@sha512:" + strings.Repeat("ab", 64), "sha256 only"},
		{"ecr.aws/app", "is not followed by arn:"},
		{"ecr.aws/arn:aws:s3:us-east-1:123456789012:repository/app", "is not followed by arn:"},
		{"ecr.aws/arn:aws:ecr:us-east-1:123456789012:app", "does not name a repository"},
		{"ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/", "does not name a repository"},
		{"ecr.aws/arn:aws:ecr:us-east-1:1234:repository/app", "not 12 digits"},
		{"ecr.aws/arn:aws:ecr::123456789012:repository/app", "not an AWS region"},
		{
			"ecr.aws/arn:moon:ecr:us-east-1:123456789012:repository/app",
			`partition is "moon", but region us-east-1 is in aws`,
		},
		{"ecr.aws/arn:aws:ecr:cn-north-1:123456789012:repository/app", "region cn-north-1 is in aws-cn"},
		{"arn:aws:ecr:us-east-1:123456789012:repository/app", "write ecr.aws/ before an ARN"},
		{"123456789012.dkr.ecr.cn-north-1.amazonaws.com/app", "there is no ECR host"}, // another partition's suffix
		{"123456789012.dkr.ecr.us-east-1.amazonaws.com:443/app", "is not ACCOUNT.dkr.ecr.REGION.SUFFIX"},
		// not Docker Hub's repository of that name
		{"123456789012.dkr.ecr.us-east-1.amazonaws.com", "host without a repository"},
		{
			"123456789012.dkr-ecr.eusc-de-east-1.on.amazonwebservices.eu/app",
			"no dual-stack ECR host in partition aws-eusc; use 123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu",
		},
		{
			"123456789012.dkr-ecr-fips.eusc-de-east-1.amazonwebservices.eu/app",
			"no dual-stack ECR host in partition aws-eusc",
		},
		{"123456789012.dkr-ecr.us-east-1.on.amazonwebservices.eu/app", "there is no ECR host"},
		{"public.ecr.aws/app:1", "without a registry alias; write public.ecr.aws/ALIAS/NAME:TAG"},
		{"ecr-public.aws.com/app", "without a registry alias; write ecr-public.aws.com/ALIAS/NAME:TAG"},
		{"public.ecr.aws/a/app:1", `alias "a" is not 2 to 50`},
		{"public.ecr.aws/" + strings.Repeat("a", 51) + "/app:1", "is not 2 to 50"},
		{"public.ecr.aws/alias/a:1", "2 to 205"},
		{"public.ecr.aws/alias/" + strings.Repeat("a", 206), "2 to 205"},
		{"public.ecr.aws/alias/app@sha512:" + strings.Repeat("ab", 64), "sha256 only"},
		{"public.ecr.aws", "host without a repository"},
		{"127.0.0.1:5000", "host without a repository"},
		{"localhost:5000", "host without a repository"},
		{"example.com:99999/app", `"99999" is not a port`},
		{"example.com:0/app", `"0" is not a port`},
		{"ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/app:", "invalid reference format"},
		{"ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/app@", "invalid reference format"},
	} {
		name, err := ParseImage(c.in)
		switch {
		case err == nil:
			t.Errorf("Parse(%q) = %+v, want an error", c.in, name)
		case !strings.Contains(err.Error(), c.say):
			t.Errorf("Parse(%q): %v, want it to say %q", c.in, err, c.say)
		}
	}
}

// An error shows neither the login nor the query of what somebody has pasted for a name.
func TestErrorsShowNoLogin(t *testing.T) {
	for written, want := range map[string]string{
		"https://user:s3cr3t@reg.io/x:1":     `"https://REDACTED@reg.io/x:1"`,
		"user:s3cr3t@reg.io/x:1":             `"REDACTED@reg.io/x:1"`,
		"https://reg.io/x?token=s3cr3t":      `"https://reg.io/x?REDACTED"`,
		"UPPER:1@sha256:abc":                 `"UPPER:1@sha256:abc"`,
		"reg.io/UPPER@sha256:abc/and/more@x": `"reg.io/UPPER@sha256:abc/and/more@x"`,
	} {
		_, err := Parse(written)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v", written, err)
		}
	}
}
