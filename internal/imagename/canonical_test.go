package imagename

import "testing"

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"alpine:3":                                                        "docker.io/library/alpine:3",
		"Registry-1.Docker.io:0443/alpine":                                "docker.io/library/alpine:latest",
		"registry.hub.docker.com/org/app:1":                               "docker.io/org/app:1",
		"registry-1.docker.io:5000/app:1":                                 "registry-1.docker.io:5000/app:1",
		"GHCR.io:443/org/app@" + someDigest:                               "ghcr.io/org/app@" + someDigest,
		"localhost:05000/app:1":                                           "localhost:5000/app:1",
		"ecr-public.aws.com/alias/app:1":                                  "public.ecr.aws/alias/app:1",
		"public.ecr.aws:443/alias/app:1":                                  "public.ecr.aws/alias/app:1",
		"123456789012.dkr-ecr-fips.us-east-1.on.aws/app:1":                "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1",
		"ecr.aws/arn:aws-cn:ecr:cn-north-1:123456789012:repository/a/b:1": "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/a/b:1",
		"oci:A/../b:1":                                                    "oci:A/../b:1",
		"dir:Up":                                                          "dir:Up",
	} {
		name, err := ParseImage(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := name.Canonical(); got.String() != want || got.Canonical() != got {
			t.Errorf("%s: %s, and of that %s, want %s", in, got, got.Canonical(), want)
		}
	}
}
