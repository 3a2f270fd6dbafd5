package imagename

import (
	"strings"
	"testing"
)

// FuzzParse checks that whatever is accepted has a full form which means the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"alpine", "localhost:5000/a:1", "ghcr.io/a/b:1@" + someDigest, "oci:a:b", "dir:x", "docker://x",
		"123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/app:1", "123456789012.dkr-ecr.us-east-1.on.aws/a/b",
		"ecr.aws/arn:aws-cn:ecr:cn-north-1:123456789012:repository/app@" + someDigest, "public.ecr.aws/ab/cd",
		"123456789012.dkr-ecr-fips.us-isob-east-1.on.aws.scloud/app", "ecr-public.aws.com/ab/cd/ef:1", "[::1]:5000/a",
	} {
		f.Add(s)
	}
	f.Fuzz(checkFullForm)
}

// FuzzParseARN is FuzzParse where it seldom gets: behind an ARN's prefix, its parts varied one
// by one.
func FuzzParseARN(f *testing.F) {
	f.Add("aws", "us-east-1", "123456789012", "app")
	f.Add("aws-cn", "cn-north-1", "123456789012", "team/app:1")
	f.Add("aws-us-gov", "us-gov-west-1", "000000000000", "a/b-c__d.e@"+someDigest)
	f.Add("aws-iso-e", "eu-isoe-west-1", "123456789012", "app:1@"+someDigest)
	f.Add("aws-eusc", "eusc-de-east-1", "123456789012", "x:y/z")
	f.Fuzz(func(t *testing.T, partition, region, account, rest string) {
		checkFullForm(t, "ecr.aws/arn:"+partition+":ecr:"+region+":"+account+":repository/"+rest)
	})
}

// checkFullForm fails the test if s is accepted and its full form does not mean the same.
func checkFullForm(t *testing.T, s string) {
	for what, parse := range map[string]func(string) (Name, error){"Parse": Parse, "ParseImage": ParseImage} {
		name, err := parse(s)
		if err != nil {
			continue
		}
		again, err := parse(name.String())
		if err != nil {
			t.Fatalf("%s(%q) = %s, which is refused: %v", what, s, name, err)
		}
		if again != name || !name.SameImage(again) {
			t.Errorf("%s(%q) = %+v, parsed again %+v", what, s, name, again)
		}
		if strings.HasPrefix(s, "ecr.aws/") && (name.Kind != ECR || name.ECR.FIPS || name.ECR.DualStack) {
			t.Errorf("%s(%q) = %+v, want an image by the usual endpoints of ECR", what, s, name)
		}
	}
}
