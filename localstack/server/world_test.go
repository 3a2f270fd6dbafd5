package server_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"

	"ecrmirror/localstack/server"
	"ecrmirror/testkit/servertest"
)

// start runs a server whose programs mirror and controller print their arguments and environment.
func start(t *testing.T, opts server.Options) *server.Server {
	t.Helper()
	opts.Programs = t.TempDir()
	for _, name := range []string{"mirror", "controller"} {
		script := "#!/bin/sh\necho " + name + ` "$@"` + "\nexec /usr/bin/env\n"
		if err := os.WriteFile(filepath.Join(opts.Programs, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return servertest.Start(t, opts)
}

func idle(t *testing.T, s *server.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := s.Jobs().Idle(ctx); err != nil {
		t.Fatal(err)
	}
}

// push puts an index without instances, the smallest manifest, into a repository of the client's.
func push(t *testing.T, client *awsecr.Client, repository string, tag *string) {
	t.Helper()
	_, err := client.CreateRepository(t.Context(), &awsecr.CreateRepositoryInput{RepositoryName: &repository})
	if err != nil {
		t.Fatal(err)
	}
	const index = "application/vnd.oci.image.index.v1+json"
	_, err = client.PutImage(t.Context(), &awsecr.PutImageInput{
		RepositoryName: &repository, ImageTag: tag, ImageManifestMediaType: aws.String(index),
		ImageManifest: aws.String(`{"schemaVersion":2,"mediaType":"` + index + `","manifests":[]}`),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// succeeded lists the jobs of a queue that succeeded.
func succeeded(t *testing.T, s *server.Server, queue string) []types.JobSummary {
	t.Helper()
	out, err := awsbatch.NewFromConfig(s.Config()).ListJobs(t.Context(), &awsbatch.ListJobsInput{
		JobQueue: &queue, JobStatus: types.JobStatusSucceeded,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.JobSummaryList
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// send sends a request that is signed by the home account for a service, "" for not at all,
// and returns the status and the body of the answer.
func send(t *testing.T, s *server.Server, method, path, service, body string, header map[string]string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	if service != "" {
		hash := sha256.Sum256([]byte(body))
		key := aws.Credentials{AccessKeyID: s.Account(), SecretAccessKey: "localstack"}
		if err := v4.NewSigner().SignHTTP(t.Context(), key, request, hex.EncodeToString(hash[:]), service, s.Region(),
			time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}
