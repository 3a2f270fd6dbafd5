package batch_test

import (
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/batch"
)

func TestParametersReplaceReferences(t *testing.T) {
	w := start(t, batch.Options{})
	w.define(t, &awsbatch.RegisterJobDefinitionInput{
		JobDefinitionName:   aws.String("mirror"),
		ContainerProperties: container("say", "Ref::source", "Ref::dest", "Ref::unknown", "x=Ref::dest"),
		Parameters:          map[string]string{"source": "default-source", "dest": "default-dest"},
	})
	for _, tc := range []struct {
		name       string
		parameters map[string]string
		override   []string
		want       string
	}{
		{"defaults", nil, nil, "default-source default-dest Ref::unknown x=Ref::dest\n"},
		{
			"submitted over default",
			map[string]string{"dest": "a,b"},
			nil,
			"default-source a,b Ref::unknown x=Ref::dest\n",
		},
		{
			"no shell sees them",
			map[string]string{"source": "$HOME; *"},
			nil,
			"$HOME; * default-dest Ref::unknown x=Ref::dest\n",
		},
		{"in a command override", map[string]string{"dest": "c"}, []string{"say", "-", "Ref::dest"}, "- c\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := &awsbatch.SubmitJobInput{
				JobName: aws.String("job"), JobQueue: aws.String("mirror"), JobDefinition: aws.String("mirror"),
				Parameters: tc.parameters,
			}
			if tc.override != nil {
				in.ContainerOverrides = &types.ContainerOverrides{Command: tc.override}
			}
			job, log := w.finish(t, in)
			if log != tc.want {
				t.Errorf("output %q, want %q", log, tc.want)
			}
			if job.Status != types.JobStatusSucceeded || job.Parameters["source"] == "" {
				t.Errorf("job %s with parameters %v", job.Status, job.Parameters)
			}
		})
	}
}

func TestAttemptsAreRecorded(t *testing.T) {
	w := start(t, batch.Options{})
	in := w.defined(t, "second")
	in.RetryStrategy = &types.RetryStrategy{Attempts: aws.Int32(3)}
	job, log := w.finish(t, in)
	if job.Status != types.JobStatusSucceeded || len(job.Attempts) != 2 {
		t.Fatalf("status %s after %d attempts", job.Status, len(job.Attempts))
	}
	if want := "--- attempt 1 ---\nattempt 1\n--- attempt 2 ---\nattempt 2\n"; log != want {
		t.Errorf("log %q, want %q", log, want)
	}
	for i, code := range []int32{75, 0} {
		a := job.Attempts[i]
		if aws.ToInt32(a.Container.ExitCode) != code ||
			aws.ToString(a.StatusReason) != "Essential container in task exited" {
			t.Errorf("attempt %d: exit code %d, %q", i+1, aws.ToInt32(a.Container.ExitCode),
				aws.ToString(a.StatusReason))
		}
		if !strings.HasPrefix(aws.ToString(a.Container.LogStreamName), "run/default/") || a.StartedAt == nil ||
			*a.StoppedAt < *a.StartedAt {
			t.Errorf("attempt %d: %+v", i+1, a)
		}
	}
	if aws.ToInt32(job.Container.ExitCode) != 0 || job.Container.ExitCode == nil || job.StartedAt == nil ||
		job.StoppedAt == nil {
		t.Errorf("job %+v", job)
	}
}

func TestRulesDecideOnRetries(t *testing.T) {
	rule := func(exitCode, reason, statusReason string, action types.RetryAction) types.EvaluateOnExit {
		pattern := func(s string) *string {
			if s == "" {
				return nil
			}
			return &s
		}
		return types.EvaluateOnExit{
			OnExitCode: pattern(exitCode), OnReason: pattern(reason), OnStatusReason: pattern(statusReason),
			Action: action,
		}
	}
	const retry, exit = types.RetryActionRetry, types.RetryActionExit
	deployed := []types.EvaluateOnExit{
		rule("75", "", "", retry), rule("", "", "Host EC2*", retry), rule("", "CannotPull*", "", retry),
		rule("", "*", "", exit),
	}
	w := start(t, batch.Options{})
	for _, tc := range []struct {
		name     string
		command  []string
		rules    []types.EvaluateOnExit
		attempts int
	}{
		{"no rules", []string{"exit", "1"}, nil, 3},
		{"transient", []string{"exit", "75"}, deployed, 3},
		{"permanent", []string{"exit", "1"}, deployed, 1},
		{"does not start", []string{"absent"}, deployed, 1},
		{"no rule matches", []string{"exit", "1"}, []types.EvaluateOnExit{rule("2", "", "", exit)}, 3},
		{"first match decides", []string{"exit", "1"}, []types.EvaluateOnExit{
			rule("1", "", "", retry),
			rule("*", "", "", exit),
		}, 3},
		{"start of the code", []string{"exit", "13"}, []types.EvaluateOnExit{rule("1*", "", "", exit)}, 1},
		{"all patterns of a rule", []string{"exit", "1"}, []types.EvaluateOnExit{rule("1", "", "Host*", exit)}, 3},
		{"status reason", []string{"exit", "1"}, []types.EvaluateOnExit{rule("", "", "Essential*", exit)}, 1},
		{"reason", []string{"absent"}, []types.EvaluateOnExit{rule("", "CannotStart*", "", "exit")}, 1},
		{"reason that is not whole", []string{"absent"}, []types.EvaluateOnExit{rule("", "CannotStart", "", exit)}, 3},
		{"success", []string{"exit", "0"}, []types.EvaluateOnExit{rule("*", "", "", retry)}, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := w.defined(t, tc.command...)
			in.RetryStrategy = &types.RetryStrategy{Attempts: aws.Int32(3), EvaluateOnExit: tc.rules}
			job, _ := w.finish(t, in)
			if len(job.Attempts) != tc.attempts {
				t.Errorf("%d attempts, want %d", len(job.Attempts), tc.attempts)
			}
		})
	}
}

func TestOnlyProgramsOfTheDirectoryStart(t *testing.T) {
	w := start(t, batch.Options{})
	for _, command := range [][]string{{"absent"}, {"/bin/sh", "-c", "echo"}, {"../sh"}, {"."}, nil} {
		job, log := w.finish(t, w.defined(t, command...))
		if job.Status != types.JobStatusFailed || !strings.HasPrefix(aws.ToString(job.Container.Reason),
			"CannotStartContainerError: ") {
			t.Errorf("%q: %s, reason %q", command, job.Status, aws.ToString(job.Container.Reason))
		}
		if job.Container.ExitCode != nil || log != "" {
			t.Errorf("%q: exit code %v, log %q", command, job.Container.ExitCode, log)
		}
	}
}

func TestEnvironmentIsOnlyWhatTheJobIsGiven(t *testing.T) {
	t.Setenv("SECRET_OF_THE_HOST", "secret")
	w := start(t, batch.Options{Environment: func(task batch.Task) ([]string, error) {
		return []string{"AWS_ACCESS_KEY_ID=" + task.Account, "AWS_REGION=" + task.Region, "REPLACED=service"}, nil
	}})
	properties := container("env")
	properties.Environment = []types.KeyValuePair{
		{Name: aws.String("MIRROR_TABLE"), Value: aws.String("mirror")},
		{Name: aws.String("REPLACED"), Value: aws.String("definition")},
		{Name: aws.String("SET"), Value: aws.String("definition")},
	}
	w.define(t, &awsbatch.RegisterJobDefinitionInput{
		JobDefinitionName: aws.String("env"), ContainerProperties: properties,
	})
	job, log := w.finish(t, &awsbatch.SubmitJobInput{
		JobName: aws.String("job"), JobQueue: aws.String("mirror"), JobDefinition: aws.String("env"),
		ContainerOverrides: &types.ContainerOverrides{
			Environment: []types.KeyValuePair{{Name: aws.String("SET"), Value: aws.String("job")}},
		},
	})
	got := map[string]string{}
	for line := range strings.Lines(log) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		got[name] = value
	}
	if got["TMPDIR"] != got["HOME"] {
		t.Errorf("temporary files go to %s and not to %s, which ends with the job", got["TMPDIR"], got["HOME"])
	}
	for _, varying := range []string{"PATH", "HOME", "TMPDIR"} {
		if got[varying] == "" {
			t.Errorf("%s is not set", varying)
		}
		delete(got, varying)
	}
	for _, shell := range []string{"PWD", "SHLVL", "_", "OLDPWD"} { // the script's own
		delete(got, shell)
	}
	want := map[string]string{
		"AWS_ACCESS_KEY_ID": home, "AWS_REGION": "us-east-1", "REPLACED": "definition",
		"MIRROR_TABLE": "mirror", "SET": "job",
		"AWS_BATCH_JOB_ID": aws.ToString(job.JobId), "AWS_BATCH_JOB_ATTEMPT": "1",
		"AWS_BATCH_JQ_NAME": "mirror", "AWS_BATCH_CE_NAME": "mirror-spot",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("environment (-want +got):\n%s", d)
	}
}

func TestHomeIsTemporary(t *testing.T) {
	w := start(t, batch.Options{})
	_, log := w.finish(t, w.defined(t, "where"))
	lines := strings.Fields(log)
	if len(lines) != 2 || lines[0] != lines[1] {
		t.Fatalf("working and home directory: %q", lines)
	}
	if exists(lines[0])() {
		t.Errorf("%s is still there", lines[0])
	}
}

func TestTimeoutEndsTheJobForGood(t *testing.T) {
	for _, tc := range []struct {
		program string
		code    int32
	}{
		{"polite", 7},     // ends by SIGTERM
		{"stubborn", 137}, // by SIGKILL
	} {
		t.Run(tc.program, func(t *testing.T) {
			attempt, kill := make(chan time.Time, 1), make(chan time.Time, 1)
			w := start(t, batch.Options{KillDelay: time.Second, After: func(d time.Duration) <-chan time.Time {
				if d == 60*time.Second {
					return attempt
				}
				return kill
			}})
			running := filepath.Join(t.TempDir(), "running")
			in := w.defined(t, tc.program, running)
			in.Timeout = &types.JobTimeout{AttemptDurationSeconds: aws.Int32(60)}
			in.RetryStrategy = &types.RetryStrategy{Attempts: aws.Int32(3)}
			id := w.submit(t, in)
			await(t, "the job runs", exists(running))
			attempt <- time.Time{}
			if tc.program == "stubborn" {
				kill <- time.Time{}
			}
			w.idle(t)
			job := w.job(t, id)
			if job.Status != types.JobStatusFailed || len(job.Attempts) != 1 ||
				aws.ToInt32(job.Container.ExitCode) != tc.code {
				t.Errorf("%s after %d attempts, exit code %d", job.Status, len(job.Attempts),
					aws.ToInt32(job.Container.ExitCode))
			}
			if aws.ToString(job.StatusReason) != "Job attempt duration exceeded timeout" {
				t.Errorf("reason %q", aws.ToString(job.StatusReason))
			}
		})
	}
}

func TestLogKeepsTheLastOutput(t *testing.T) {
	w := start(t, batch.Options{LogSize: 100})
	job, log := w.finish(t, w.defined(t, "count", "1000"))
	if !strings.HasPrefix(log, "[8") || !strings.HasSuffix(log, "\nline 999\n") || len(log) > 130 {
		t.Errorf("log %q", log)
	}
	_, log = w.finish(t, w.defined(t, "errors"))
	lines := strings.Fields(log)
	if slices.Sort(lines); !slices.Equal(lines, []string{"err", "out"}) {
		t.Errorf("stdout and stderr: %q", log)
	}
	base := w.url + "/_localstack/jobs/" + aws.ToString(job.JobId) + "/log"
	for path, status := range map[string]int{
		base: 200, base + "?attempt=1": 200, base + "?attempt=2": 404, base + "?attempt=x": 400,
		w.url + "/_localstack/jobs/absent/log": 404, w.url + "/_localstack/jobs/idle": 200,
	} {
		response, err := http.Get(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil || response.Body.Close() != nil {
			t.Fatal(err)
		}
		if response.StatusCode != status {
			t.Errorf("GET %s: %s, want %d", path, response.Status, status)
		}
	}
}
