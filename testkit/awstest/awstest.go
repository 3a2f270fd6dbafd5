// Package awstest serves a stand-in for one service of AWS for the length of a test, and says how the AWS SDK reaches
// it and what it was told.
package awstest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"ecrmirror/awsclient"
)

// Serve serves a handler on a port of loopback until the test ends, and returns its URL.
func Serve(t testing.TB, h http.Handler) (url string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// Config configures SDK clients of the server at url: their key is the account's id, as the stand-ins' root user has
// it. A call that fails is sent twice at most.
func Config(url, account, region string) aws.Config {
	return aws.Config{
		BaseEndpoint: &url, Region: region, RetryMaxAttempts: 2, HTTPClient: awsclient.New(),
		Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
	}
}

// Code returns AWS's code of an error; "" of nil. Of an error that is not AWS's it returns a text that no code is.
func Code(err error) string {
	var api smithy.APIError
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &api):
		return "not an API error: " + err.Error()
	}
	return api.ErrorCode()
}

// Message returns AWS's message of an error; "" of nil and of an error that is not AWS's.
func Message(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return ""
	}
	return api.ErrorMessage()
}

// Must returns what a call returned that has to succeed.
func Must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
