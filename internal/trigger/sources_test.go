package trigger_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/trigger"
)

var home = imagename.ECRRegistry{Account: "123456789012", Region: "eu-west-1", Partition: "aws"}

func TestAPushIsNewsForItsImageHoweverItIsWritten(t *testing.T) {
	const host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
	of := func(partition, region string) imagename.ECRRegistry {
		return imagename.ECRRegistry{Account: "123456789012", Region: region, Partition: partition}
	}
	for name, c := range map[string]struct {
		registry        imagename.ECRRegistry
		repository, tag string
		want            []string // without docker://
	}{
		"a tag": {home, "team/app", "1.2", []string{
			host + "/team/app:1.2",
			"123456789012.dkr.ecr-fips.eu-west-1.amazonaws.com/team/app:1.2",
			"123456789012.dkr-ecr.eu-west-1.on.aws/team/app:1.2",
			"123456789012.dkr-ecr-fips.eu-west-1.on.aws/team/app:1.2",
			"ecr.aws/arn:aws:ecr:eu-west-1:123456789012:repository/team/app:1.2",
		}},
		"latest": {home, "app", "latest", []string{
			host + "/app:latest", host + "/app",
			"123456789012.dkr.ecr-fips.eu-west-1.amazonaws.com/app:latest",
			"123456789012.dkr.ecr-fips.eu-west-1.amazonaws.com/app",
			"123456789012.dkr-ecr.eu-west-1.on.aws/app:latest", "123456789012.dkr-ecr.eu-west-1.on.aws/app",
			"123456789012.dkr-ecr-fips.eu-west-1.on.aws/app:latest", "123456789012.dkr-ecr-fips.eu-west-1.on.aws/app",
			"ecr.aws/arn:aws:ecr:eu-west-1:123456789012:repository/app:latest",
			"ecr.aws/arn:aws:ecr:eu-west-1:123456789012:repository/app",
		}},
		"China": {of("aws-cn", "cn-north-1"), "app", "1", []string{
			"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app:1",
			"123456789012.dkr.ecr-fips.cn-north-1.amazonaws.com.cn/app:1",
			"123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn/app:1",
			"123456789012.dkr-ecr-fips.cn-north-1.on.amazonwebservices.com.cn/app:1",
			"ecr.aws/arn:aws-cn:ecr:cn-north-1:123456789012:repository/app:1",
		}},
		"GovCloud, by a FIPS host": {imagename.ECRRegistry{
			Account: "123456789012", Region: "us-gov-west-1",
			Partition: "aws-us-gov", FIPS: true,
		}, "app", "1", []string{
			"123456789012.dkr.ecr.us-gov-west-1.amazonaws.com/app:1",
			"123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/app:1",
			"123456789012.dkr-ecr.us-gov-west-1.on.aws/app:1",
			"123456789012.dkr-ecr-fips.us-gov-west-1.on.aws/app:1",
			"ecr.aws/arn:aws-us-gov:ecr:us-gov-west-1:123456789012:repository/app:1",
		}},
		"no dual-stack hosts": {of("aws-eusc", "eusc-de-east-1"), "app", "1", []string{
			"123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu/app:1",
			"123456789012.dkr.ecr-fips.eusc-de-east-1.amazonaws.eu/app:1",
			"ecr.aws/arn:aws-eusc:ecr:eusc-de-east-1:123456789012:repository/app:1",
		}},
		"no tag":          {home, "app", "", nil},
		"no repository":   {home, "", "1", nil},
		"upper case":      {home, "App", "1", nil},
		"tag in the name": {home, "app:1", "2", nil},
		"with the host":   {home, host + "/app", "1", nil},
		"a digest":        {home, "app", "1@" + digest.FromString("one").String(), nil},
		"bad tag":         {home, "app", "one two", nil},
		"bad account": {
			imagename.ECRRegistry{Account: "1", Region: "eu-west-1", Partition: "aws"}, "app", "1", nil,
		},
		"bad region": {of("aws", "Europe"), "app", "1", nil},
	} {
		want := c.want
		for _, source := range c.want {
			want = append(want, "docker://"+source)
		}
		e := trigger.Event{Kind: trigger.Push, Registry: c.registry, Repository: c.repository, Tag: c.tag}
		got, err := e.Sources()
		if diff := cmp.Diff(want, got); diff != "" || (err != nil) != (c.want == nil) {
			t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
		}
	}
}
