package server_test

import (
	"net/http"
	"strings"
	"testing"

	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	awsecrpublic "github.com/aws/aws-sdk-go-v2/service/ecrpublic"

	"ecrmirror/localstack/server"
	"ecrmirror/testkit/fault"
)

func TestFaultsBreakCalls(t *testing.T) {
	var faults fault.Injector
	s := start(t, server.Options{Wrap: faults.Wrap})
	client := awsecr.NewFromConfig(s.Config(), func(o *awsecr.Options) { o.RetryMaxAttempts = 1 })
	list := func() error {
		_, err := client.DescribeRepositories(t.Context(), &awsecr.DescribeRepositoriesInput{})
		return err
	}
	if err := faults.Set(1, fault.Rule{
		Operation: "ecr.DescribeRepositories", Kind: fault.Throttle,
		Times: 1,
	}); err != nil {
		t.Fatal(err)
	}
	if err := list(); err == nil || !strings.Contains(err.Error(), "ThrottlingException") {
		t.Errorf("throttled: %v", err)
	}
	if err := list(); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if n := faults.Broken()[fault.Throttle]; n != 1 {
		t.Errorf("%d faults counted", n)
	}
}

func TestECRsThrottlingHasItsOwnShape(t *testing.T) {
	var faults fault.Injector
	s := start(t, server.Options{Wrap: faults.Wrap})
	err := faults.Set(1,
		fault.Rule{
			Operation: "ecr.*", Kind: fault.Throttle, Code: "ThrottleException", Status: http.StatusTooManyRequests,
		},
		fault.Rule{
			Operation: "ecrpublic.DescribeRegistries", Kind: fault.Throttle, Code: "ThrottleException",
			Status: http.StatusTooManyRequests,
		},
	)
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func() error{
		"private": func() error {
			client := awsecr.NewFromConfig(s.Config(), func(o *awsecr.Options) { o.RetryMaxAttempts = 1 })
			_, err := client.DescribeRepositories(t.Context(), &awsecr.DescribeRepositoriesInput{})
			return err
		},
		"public": func() error {
			client := awsecrpublic.NewFromConfig(s.Config(), func(o *awsecrpublic.Options) { o.RetryMaxAttempts = 1 })
			_, err := client.DescribeRegistries(t.Context(), &awsecrpublic.DescribeRegistriesInput{})
			return err
		},
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), "StatusCode: 429") ||
			!strings.Contains(err.Error(), "ThrottleException") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
