package ecr

import (
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/transient"
)

// A spy is a network that remembers which host was called, and never answers.
type spy struct{ host string }

func (s *spy) RoundTrip(r *http.Request) (*http.Response, error) {
	s.host = r.URL.Host
	return nil, errors.New("no network")
}

// calledHost returns the host to which a client for the registry of an image sends its calls.
func calledHost(t *testing.T, cfg aws.Config, image string) string {
	t.Helper()
	s := &spy{}
	cfg.HTTPClient = &http.Client{Transport: s}
	cfg.Credentials = credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", "")
	api, err := NewAPIs(cfg, func(o *ecr.Options) { o.Retryer = aws.NopRetryer{} })(parse(t, image).ECR)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := api.DescribeImages(t.Context(),
		&ecr.DescribeImagesInput{RepositoryName: aws.String("app")}); s.host == "" {
		t.Fatal(err)
	}
	return s.host
}

func TestClientsCallTheEndpointOfTheRegistry(t *testing.T) {
	for _, tt := range []struct{ registry, want string }{
		{"123456789012.dkr.ecr.xx-future-9.amazonaws.com", "api.ecr.xx-future-9.amazonaws.com"},
		{"123456789012.dkr.ecr.eu-west-1.amazonaws.com", "api.ecr.eu-west-1.amazonaws.com"},
		{"123456789012.dkr.ecr-fips.eu-west-1.amazonaws.com", "api.ecr-fips.eu-west-1.amazonaws.com"},
		{"123456789012.dkr-ecr.eu-west-1.on.aws", "ecr.eu-west-1.api.aws"},
		{"123456789012.dkr-ecr-fips.eu-west-1.on.aws", "ecr-fips.eu-west-1.api.aws"},
		{"123456789012.dkr.ecr.us-east-1.amazonaws.com", "api.ecr.us-east-1.amazonaws.com"},
		{"123456789012.dkr.ecr-fips.us-east-1.amazonaws.com", "api.ecr-fips.us-east-1.amazonaws.com"},
		{"123456789012.dkr-ecr.us-east-1.on.aws", "ecr.us-east-1.api.aws"},
		{"123456789012.dkr-ecr-fips.us-east-1.on.aws", "ecr-fips.us-east-1.api.aws"},
		{"123456789012.dkr.ecr.us-gov-west-1.amazonaws.com", "api.ecr.us-gov-west-1.amazonaws.com"},
		{"123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "api.ecr-fips.us-gov-west-1.amazonaws.com"},
		{"123456789012.dkr-ecr.us-gov-west-1.on.aws", "ecr.us-gov-west-1.api.aws"},
		{"123456789012.dkr-ecr-fips.us-gov-west-1.on.aws", "ecr-fips.us-gov-west-1.api.aws"},
		{"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "api.ecr.cn-north-1.amazonaws.com.cn"},
		{"123456789012.dkr.ecr-fips.cn-north-1.amazonaws.com.cn", "api.ecr-fips.cn-north-1.amazonaws.com.cn"},
		{"123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", "ecr.cn-north-1.api.amazonwebservices.com.cn"},
		{
			"123456789012.dkr-ecr-fips.cn-north-1.on.amazonwebservices.com.cn",
			"ecr-fips.cn-north-1.api.amazonwebservices.com.cn",
		},
		{"123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", "api.ecr.us-iso-east-1.c2s.ic.gov"},
		{"123456789012.dkr.ecr-fips.us-iso-east-1.c2s.ic.gov", "api.ecr-fips.us-iso-east-1.c2s.ic.gov"},
		{"123456789012.dkr-ecr.us-iso-east-1.on.aws.ic.gov", "ecr.us-iso-east-1.api.aws.ic.gov"},
		{"123456789012.dkr-ecr-fips.us-iso-east-1.on.aws.ic.gov", "ecr-fips.us-iso-east-1.api.aws.ic.gov"},
		{"123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "api.ecr.us-isob-east-1.sc2s.sgov.gov"},
		{"123456789012.dkr.ecr-fips.us-isob-east-1.sc2s.sgov.gov", "api.ecr-fips.us-isob-east-1.sc2s.sgov.gov"},
		{"123456789012.dkr-ecr.us-isob-east-1.on.aws.scloud", "ecr.us-isob-east-1.api.aws.scloud"},
		{"123456789012.dkr-ecr-fips.us-isob-east-1.on.aws.scloud", "ecr-fips.us-isob-east-1.api.aws.scloud"},
		{"123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk", "api.ecr.eu-isoe-west-1.cloud.adc-e.uk"},
		{"123456789012.dkr.ecr-fips.eu-isoe-west-1.cloud.adc-e.uk", "api.ecr-fips.eu-isoe-west-1.cloud.adc-e.uk"},
		{"123456789012.dkr-ecr.eu-isoe-west-1.on.cloud-aws.adc-e.uk", "ecr.eu-isoe-west-1.api.cloud-aws.adc-e.uk"},
		{
			"123456789012.dkr-ecr-fips.eu-isoe-west-1.on.cloud-aws.adc-e.uk",
			"ecr-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
		},
		{"123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov", "api.ecr.us-isof-south-1.csp.hci.ic.gov"},
		{"123456789012.dkr.ecr-fips.us-isof-south-1.csp.hci.ic.gov", "api.ecr-fips.us-isof-south-1.csp.hci.ic.gov"},
		{"123456789012.dkr-ecr.us-isof-south-1.on.aws.hci.ic.gov", "ecr.us-isof-south-1.api.aws.hci.ic.gov"},
		{"123456789012.dkr-ecr-fips.us-isof-south-1.on.aws.hci.ic.gov", "ecr-fips.us-isof-south-1.api.aws.hci.ic.gov"},
		{"123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", "api.ecr.eusc-de-east-1.amazonaws.eu"},
		{"123456789012.dkr.ecr-fips.eusc-de-east-1.amazonaws.eu", "api.ecr-fips.eusc-de-east-1.amazonaws.eu"},
	} {
		if got := calledHost(t, aws.Config{}, tt.registry+"/app"); got != tt.want {
			t.Errorf("%s: called %s, want %s", tt.registry, got, tt.want)
		}
	}
}

func TestClientsKeepToAFixedEndpoint(t *testing.T) {
	image := "123456789012.dkr-ecr-fips.us-east-1.on.aws/app"
	if got := calledHost(t, aws.Config{BaseEndpoint: aws.String("http://localhost:4566")},
		image); got != "localhost:4566" {
		t.Errorf("BaseEndpoint: called %s", got)
	}
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_ECR"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "http://localhost:4567")
			cfg, err := config.LoadDefaultConfig(t.Context(), config.WithRegion("eu-west-1"))
			if err != nil {
				t.Fatal(err)
			}
			if got := calledHost(t, cfg, image); got != "localhost:4567" {
				t.Errorf("called %s", got)
			}
		})
	}
}

func TestClientsAreSharedByRegion(t *testing.T) {
	clients := NewAPIs(aws.Config{})
	get := func(account, region string, fips bool) API {
		api, err := clients(imagename.ECRRegistry{Account: account, Region: region, FIPS: fips})
		if err != nil {
			t.Fatal(err)
		}
		return api
	}
	first := get("111122223333", "us-east-1", false)
	if get("444455556666", "us-east-1", false) != first {
		t.Error("two accounts in one region have two clients")
	}
	if get("111122223333", "eu-west-1", false) == first || get("111122223333", "us-east-1", true) == first {
		t.Error("two endpoints share a client")
	}
	if _, err := clients(imagename.ECRRegistry{Account: "111122223333"}); err == nil {
		t.Error("client for no region")
	}
}

func TestAccountsMayHaveClientsOfTheirOwn(t *testing.T) {
	var asked []string
	clients := NewAccountAPIs(func(account string) aws.Config {
		asked = append(asked, account)
		return aws.Config{Credentials: credentials.NewStaticCredentialsProvider("of-"+account, "secret", "")}
	})
	get := func(account, region string) *ecr.Client {
		api, err := clients(imagename.ECRRegistry{Account: account, Region: region})
		if err != nil {
			t.Fatal(err)
		}
		return api.(*ecr.Client)
	}
	for _, account := range []string{"111122223333", "444455556666"} {
		client := get(account, "us-east-1")
		if found, err := client.Options().Credentials.Retrieve(t.Context()); err != nil ||
			found.AccessKeyID != "of-"+account {
			t.Errorf("account %s: key %s, %v", account, found.AccessKeyID, err)
		}
		if get(account, "us-east-1") != client || get(account, "eu-west-1") == client {
			t.Errorf("account %s: not one client for each region", account)
		}
	}
	if want := []string{"111122223333", "111122223333", "444455556666", "444455556666"}; !slices.Equal(asked, want) {
		t.Errorf("configurations asked for %v, want %v", asked, want)
	}
}

func TestClientsRetryWhatPasses(t *testing.T) {
	for _, tt := range []struct {
		status int
		code   string
		calls  int32
	}{
		{http.StatusBadRequest, "ThrottleException", 3},
		{http.StatusBadRequest, "ThrottlingException", 3},
		{http.StatusTooManyRequests, "SomethingNew", 3},
		{http.StatusInternalServerError, "ServerException", 3},
		{http.StatusServiceUnavailable, "ServiceUnavailable", 3},
		{http.StatusBadRequest, "LimitExceededException", 1}, // a quota, not a rate
		{http.StatusBadRequest, "InvalidParameterException", 1},
		{http.StatusForbidden, "AccessDeniedException", 1},
	} {
		var calls atomic.Int32
		w := newScript(t, func(_ string, w http.ResponseWriter, _ *http.Request) bool {
			if calls.Add(1) < 3 {
				return refuse(w, tt.status, tt.code, "")
			}
			return answer(w, `{"imageDetails":[{"imageDigest":"%s"}]}`, sha[1:])
		})
		_, err := w.client.Digest(t.Context(), parse(t, here))
		if calls.Load() != tt.calls || (err == nil) != (tt.calls == 3) {
			t.Errorf("%d %s: %d calls, %v", tt.status, tt.code, calls.Load(), err)
		}
	}
}

func TestClientsTryEightTimes(t *testing.T) {
	var calls atomic.Int32
	w := newScript(t, func(_ string, w http.ResponseWriter, _ *http.Request) bool {
		calls.Add(1)
		return refuse(w, http.StatusBadRequest, "ThrottleException", "")
	})
	if _, err := w.client.Digest(t.Context(), parse(t, here)); calls.Load() != 8 || !transient.Is(err) {
		t.Errorf("%d calls, %v", calls.Load(), err)
	}
	if n := newRetryer(3, 1).MaxAttempts(); n != 3 {
		t.Errorf("%d attempts where the configuration says 3", n)
	}
}
