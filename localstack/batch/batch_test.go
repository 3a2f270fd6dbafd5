package batch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/aws/smithy-go"

	"ecrmirror/localstack/batch"
	"ecrmirror/testkit/awstest"
)

const home = "111122223333"

// programs are what jobs of these tests may run: shell scripts, by name.
var programs = map[string]string{
	"say":    `echo "$@"`,
	"exit":   `exit "$1"`,
	"env":    `exec /usr/bin/env`,
	"where":  `pwd; echo "$HOME"`,
	"errors": `echo out; echo err >&2; exit 3`,
	// fails at the first attempt, then works
	"second": `echo "attempt $AWS_BATCH_JOB_ATTEMPT"; test "$AWS_BATCH_JOB_ATTEMPT" -ge 2 || exit 75`,
	// tells that it runs by creating the first file, and ends when the second exists
	"hold": `: > "$1"; while ! test -e "$2"; do sleep 0.01; done`,
	// ends itself at SIGTERM
	"polite": `trap 'echo stopping; exit 7' TERM; : > "$1"; while :; do sleep 0.01; done`,
	// pays no heed to SIGTERM, nor does its child
	"stubborn": `trap '' TERM; : > "$1"; while :; do sleep 0.01; done`,
	// leaves a child behind that holds its output
	"leave": `sleep 1000 & echo left`,
	"count": `i=0; while test $i -lt "$1"; do echo "line $i"; i=$((i+1)); done`,
}

// A world is a Batch service with a queue "mirror", and a client of it.
type world struct {
	*awsbatch.Client
	service *batch.Service
	url     string
}

func start(t *testing.T, opts batch.Options) world {
	t.Helper()
	dir := t.TempDir()
	for name, script := range programs {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	opts.Home, opts.Programs, opts.Dir = home, dir, t.TempDir()
	service := batch.New(t.Context(), opts)
	mux := http.NewServeMux()
	mux.Handle("/v1/", service)
	mux.Handle("/_localstack/", service.Inspector())
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
		server.Close()
	})
	w := world{client(server.URL, home, "us-east-1"), service, server.URL}
	w.createQueue(t, "mirror")
	return w
}

func client(url, account, region string) *awsbatch.Client {
	return awsbatch.NewFromConfig(awstest.Config(url, account, region))
}

func (w world) createQueue(t *testing.T, name string) {
	t.Helper()
	_, err := w.CreateComputeEnvironment(t.Context(), &awsbatch.CreateComputeEnvironmentInput{
		ComputeEnvironmentName: aws.String(name + "-spot"), Type: types.CETypeUnmanaged,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.CreateJobQueue(t.Context(), &awsbatch.CreateJobQueueInput{
		JobQueueName: aws.String(name), Priority: aws.Int32(1),
		ComputeEnvironmentOrder: []types.ComputeEnvironmentOrder{
			{Order: aws.Int32(1), ComputeEnvironment: aws.String(name + "-spot")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func container(command ...string) *types.ContainerProperties {
	return &types.ContainerProperties{
		Image: aws.String("mirror:1"), Command: command,
		ResourceRequirements: []types.ResourceRequirement{
			{Type: types.ResourceTypeVcpu, Value: aws.String("1")},
			{Type: types.ResourceTypeMemory, Value: aws.String("2048")},
		},
	}
}

func (w world) define(t *testing.T, in *awsbatch.RegisterJobDefinitionInput) *awsbatch.RegisterJobDefinitionOutput {
	t.Helper()
	in.Type = types.JobDefinitionTypeContainer
	out, err := w.RegisterJobDefinition(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// defined returns the input of a job of a new definition that runs the command.
func (w world) defined(t *testing.T, command ...string) *awsbatch.SubmitJobInput {
	t.Helper()
	w.define(t, &awsbatch.RegisterJobDefinitionInput{
		JobDefinitionName: aws.String("run"), ContainerProperties: container(command...),
	})
	return &awsbatch.SubmitJobInput{
		JobName: aws.String("job"), JobQueue: aws.String("mirror"), JobDefinition: aws.String("run"),
	}
}

func (w world) submit(t *testing.T, in *awsbatch.SubmitJobInput) string {
	t.Helper()
	out, err := w.SubmitJob(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.JobId)
}

func (w world) job(t *testing.T, id string) types.JobDetail {
	t.Helper()
	out, err := w.DescribeJobs(t.Context(), &awsbatch.DescribeJobsInput{Jobs: []string{id}})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Jobs) != 1 {
		t.Fatalf("%d jobs with id %s", len(out.Jobs), id)
	}
	return out.Jobs[0]
}

// finish submits the job and returns it when it is terminal, with its log.
func (w world) finish(t *testing.T, in *awsbatch.SubmitJobInput) (types.JobDetail, string) {
	t.Helper()
	id := w.submit(t, in)
	w.idle(t)
	log, ok := w.service.Log(id, 0)
	if !ok {
		t.Fatalf("no log of %s", id)
	}
	return w.job(t, id), string(log)
}

func (w world) idle(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := w.service.Idle(ctx); err != nil {
		t.Fatalf("waiting for the jobs: %v", err)
	}
}

// await polls until done; the processes of a test have no better way to tell.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.After(2 * time.Minute)
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("timed out waiting until %s", what)
		}
	}
}

func exists(path string) func() bool {
	return func() bool {
		_, err := os.Stat(path)
		return err == nil
	}
}

func touch(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// refusal tells why err is not a ClientException with that text, or "" if it is.
func refusal(err error, text string) string {
	var api smithy.APIError
	switch {
	case !errors.As(err, &api):
		return fmt.Sprintf("error %v is not the API's", err)
	case api.ErrorCode() != "ClientException":
		return "code is " + api.ErrorCode()
	case !strings.Contains(api.ErrorMessage(), text):
		return fmt.Sprintf("message %q lacks %q", api.ErrorMessage(), text)
	}
	return ""
}
