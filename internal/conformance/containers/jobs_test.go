package containers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"ecrmirror/localstack/server"
)

// writePrograms writes the programs that localstack's Batch runs: each runs its namesake in
// a container, with the environment of the job and nothing else.
func writePrograms(t *testing.T, dir string) {
	t.Helper()
	docker, err := exec.LookPath("docker")
	if err != nil {
		t.Fatal(err)
	}
	// How this machine's Docker is reached is not in the job's environment.
	var own strings.Builder
	for _, name := range []string{"HOME", "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT"} {
		if value, ok := os.LookupEnv(name); ok {
			fmt.Fprintf(&own, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
		}
	}
	for _, program := range []string{"mirror", "controller"} {
		script := fmt.Sprintf(`#!/bin/sh
env -u PATH -u HOME -u TMPDIR -u PWD >environment
%sexec '%s' run --rm --network host --user 65532:65532 --read-only --cap-drop ALL --env-file environment %s %s "$@"
`, &own, docker, imageName, program)
		if err := os.WriteFile(filepath.Join(dir, program), []byte(script),
			0o755); err != nil { //nolint:gosec // it is a program
			t.Fatal(err)
		}
	}
}

func TestMirrorCopiesAsNobodyOnAReadOnlyRoot(t *testing.T) {
	w := newWorld(t, server.Options{NoEvents: true})
	source := w.registry + "/upstream/app:1"
	digest := w.push(source)
	destination := w.repository("app") + ":1"
	code, output := w.run("mirror", source, destination, w.registry+"/partner/app:1")
	if code != 0 || !strings.Contains(output, "copied   "+destination+" "+digest+" ") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
	w.inECR("app", "1", digest)
	w.inRegistry(w.registry+"/partner/app:1", digest)

	code, output = w.run("mirror", source, destination, w.registry+"/partner/app:1")
	if code != 0 || strings.Count(output, "current ") != 2 {
		t.Errorf("again: exit code %d:\n%s", code, output)
	}
}

func TestMirrorFailsWithItsExitCode(t *testing.T) {
	w := newWorld(t, server.Options{NoEvents: true})
	source := w.registry + "/upstream/app:1"
	w.push(source)
	present := w.repository("app") + ":1"
	missing := strings.TrimSuffix(present, "app:1") + "missing:1"
	code, output := w.run("mirror", source, missing, present)
	if code != 1 || !strings.Contains(output, "failed   "+missing) || !strings.Contains(output, "copied   "+present) {
		t.Errorf("exit code %d:\n%s", code, output)
	}
	if code, output := w.run("mirror"); code != 2 || output == "" {
		t.Errorf("without arguments: exit code %d:\n%s", code, output)
	}
}

func TestTheProgramsSayTheirVersion(t *testing.T) {
	w := newWorld(t, server.Options{NoEvents: true})
	for _, program := range []string{"mirror", "controller"} {
		code, output := w.run(program, "version")
		if code != 0 || !regexp.MustCompile(`(?m)^`+program+`\s+v1\.2\.3$`).MatchString(output) ||
			!strings.Contains(output, "0123abc") {
			t.Errorf("%s: exit code %d:\n%s", program, code, output)
		}
	}
}

func TestASweepSubmitsContainersAsJobs(t *testing.T) {
	w := newWorld(t, server.Options{NoEvents: true})
	source := w.registry + "/upstream/app:1"
	digest := w.push(source)
	destination := w.repository("app") + ":1"
	if code, output := w.run("controller", "put", source, destination, w.registry+"/partner/app:1"); code != 0 {
		t.Fatalf("put: exit code %d:\n%s", code, output)
	}
	// As the schedule does: the job definition has the command.
	client := batch.NewFromConfig(w.aws.Config())
	_, err := client.SubmitJob(t.Context(), &batch.SubmitJobInput{
		JobName: aws.String("sweep"), JobQueue: aws.String("controller"), JobDefinition: aws.String("controller"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.aws.Jobs().Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.jobs(client, "controller")
	w.jobs(client, "mirror")
	w.inECR("app", "1", digest)
	w.inRegistry(w.registry+"/partner/app:1", digest)

	code, output := w.run("controller", "sweep")
	if code != 0 || !strings.Contains(output,
		"entries: 1 (current 1, failed 0); stale destinations: 0 (in flight 0); jobs submitted: 0") {
		t.Errorf("again: exit code %d:\n%s", code, output)
	}
}

// jobs checks that a queue has had one job, which succeeded.
func (w *world) jobs(client *batch.Client, queue string) {
	w.t.Helper()
	out, err := client.ListJobs(w.t.Context(), &batch.ListJobsInput{
		JobQueue: &queue, Filters: []types.KeyValuesPair{{Name: aws.String("JOB_NAME"), Values: []string{"*"}}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(out.JobSummaryList) != 1 {
		w.t.Errorf("queue %s: %d jobs", queue, len(out.JobSummaryList))
	}
	for _, job := range out.JobSummaryList {
		if job.Status != types.JobStatusSucceeded {
			text, _ := w.aws.Jobs().Log(aws.ToString(job.JobId), 0)
			w.t.Errorf("job %s: %s: %s\n%s", aws.ToString(job.JobName), job.Status,
				aws.ToString(job.StatusReason), text)
		}
	}
}
