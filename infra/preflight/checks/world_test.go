package checks_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"ecrmirror/infra/assembly"
	"ecrmirror/infra/preflight/checks"
)

// closed returns the URL of a port at which nobody listens.
func closed(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return url
}

func TestWhatStopsEveryCheckIsSaidFirst(t *testing.T) {
	none := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("no EC2 IMDS role found")
	})
	some := credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", "")
	for _, c := range []struct {
		name, region, stackRegion string
		credentials               aws.CredentialsProvider
		want                      string
	}{
		{"no region", "", "", some, "no region is set: export AWS_REGION=us-east-1, or the one that it goes to"},
		{
			"another region", "us-east-1", "eu-west-1", some,
			"the setting region is eu-west-1, but the credentials are at home in us-east-1: export " +
				"AWS_REGION=eu-west-1",
		},
		{
			"no credentials", "us-east-1", "", none,
			"there are none (no EC2 IMDS role found): aws configure, aws sso login, or AWS_PROFILE",
		},
		{
			"nobody there", "us-east-1", "", some,
			"AWS is not reached (connection refused): look at the network, AWS_REGION and AWS_ENDPOINT_URL",
		},
	} {
		url := closed(t)
		client := sts.New(sts.Options{
			Region: "us-east-1", BaseEndpoint: &url, Credentials: c.credentials, RetryMaxAttempts: 1,
		})
		_, finding := checks.Begin(t.Context(), assembly.Stack{Region: c.stackRegion}, c.region,
			checks.AWS{STS: client})
		if finding.State != checks.Fix || !strings.Contains(finding.Text, c.want) {
			t.Errorf("%s: %s %s, want %s", c.name, finding.State, finding.Text, c.want)
		}
	}
}
