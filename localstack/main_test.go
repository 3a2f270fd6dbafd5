package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// untilReady gathers output and calls ready when all of the welcome is there.
type untilReady struct {
	output strings.Builder
	ready  func(output string)
}

func (u *untilReady) Write(p []byte) (int, error) {
	n, err := u.output.Write(p)
	if strings.Contains(u.output.String(), "Ctrl-C stops it.") {
		u.ready(u.output.String())
	}
	return n, err
}

func TestServesUntilItIsInterrupted(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, interrupt := context.WithTimeout(t.Context(), 2*time.Minute)
	defer interrupt()
	out := &untilReady{ready: func(output string) {
		defer interrupt()
		url := regexp.MustCompile(`(?m)^export AWS_ENDPOINT_URL=(\S+)$`).FindStringSubmatch(output)
		if url == nil {
			t.Errorf("no endpoint to copy in:\n%s", output)
			return
		}
		response, err := http.Get(url[1] + "/_localstack/health")
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = response.Body.Close() }()
		if response.StatusCode != http.StatusOK {
			t.Error(response.Status)
		}
	}}
	if err := run(ctx, []string{
		"--addr", "127.0.0.1:0", "--programs", t.TempDir(), "--region", "eu-west-1",
		"--registries", "127.0.0.1:0,127.0.0.1:0", "--registries-without-referrers", "127.0.0.1:0",
	}, nil, out,
		io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"export AWS_ACCESS_KEY_ID=111122223333\n", "export AWS_REGION=eu-west-1\n",
		"\nexport PATH=/", "\n\ncontroller put docker.io/", "\ncontroller sweep\n", "aws batch submit-job ",
		"/tool:1.0.0\nand an empty one at 127.0.0.1:", " (without a referrers API)\n",
	} {
		if !strings.Contains(out.output.String(), want) {
			t.Errorf("output lacks %q", want)
		}
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestHelpTeaches(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, nil, &out, io.Discard); err != nil {
		t.Error(err)
	}
	for _, want := range []string{
		"Usage: localstack [flags]", "-no-events", "/_localstack/jobs/idle",
		"127.0.0.1:4566",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("help lacks %q", want)
		}
	}
}

func TestWrongCommandLinesAreNamed(t *testing.T) {
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"--account", "12"}, `invalid value "12" for flag -account: must be 12 digits`},
		{
			[]string{"--put-image-rate", "-1"},
			`invalid value "-1" for flag -put-image-rate: must not be below 0`,
		},
		{[]string{"up"}, `unexpected argument "up"`},
		{[]string{"--port", "1"}, "flag provided but not defined: -port"},
	} {
		if err := run(t.Context(), tc.args, nil, io.Discard, io.Discard); !errors.Is(err, errUsage) ||
			err.Error() != tc.want+"; run localstack -h for help" {
			t.Errorf("%q: %v", tc.args, err)
		}
	}
}

func TestJobsGetOnlyHowToReachTheNetwork(t *testing.T) {
	got := networkEnvironment([]string{
		"HOME=/root", "https_proxy=http://proxy:1", "AWS_SECRET_ACCESS_KEY=x", "SSL_CERT_FILE=/ca.pem", "NO_PROXY=a",
	})
	if want := []string{"https_proxy=http://proxy:1", "SSL_CERT_FILE=/ca.pem", "NO_PROXY=a"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
