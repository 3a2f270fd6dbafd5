package batch_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"ecrmirror/localstack/batch"
)

func TestTerminateEndsWaitingAndRunningJobs(t *testing.T) {
	w := start(t, batch.Options{Slots: 1})
	running := filepath.Join(t.TempDir(), "running")
	in := w.defined(t, "polite", running)
	in.RetryStrategy = &types.RetryStrategy{Attempts: aws.Int32(3)}
	first, second, third := w.submit(t, in), w.submit(t, in), w.submit(t, in)
	await(t, "the job runs", exists(running))
	if s := w.job(t, second).Status; s != types.JobStatusRunnable {
		t.Errorf("second job is %s", s)
	}
	// CancelJob leaves a running job alone.
	for _, id := range []string{first, third} {
		if _, err := w.CancelJob(t.Context(),
			&awsbatch.CancelJobInput{JobId: &id, Reason: aws.String("cancelled")}); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{second, first} {
		if _, err := w.TerminateJob(t.Context(),
			&awsbatch.TerminateJobInput{JobId: &id, Reason: aws.String("not needed")}); err != nil {
			t.Fatal(err)
		}
	}
	w.idle(t)
	for id, want := range map[string]struct {
		reason   string
		attempts int
	}{first: {"not needed", 1}, second: {"not needed", 0}, third: {"cancelled", 0}} {
		job := w.job(t, id)
		if job.Status != types.JobStatusFailed || aws.ToString(job.StatusReason) != want.reason ||
			len(job.Attempts) != want.attempts {
			t.Errorf("%s, %q after %d attempts, want %+v", job.Status, aws.ToString(job.StatusReason),
				len(job.Attempts), want)
		}
		if cancelled := id == third; aws.ToBool(job.IsCancelled) != cancelled ||
			aws.ToBool(job.IsTerminated) == cancelled {
			t.Errorf("job: cancelled %v, terminated %v", aws.ToBool(job.IsCancelled), aws.ToBool(job.IsTerminated))
		}
	}
}

func TestQueuesHaveSlotsOfTheirOwn(t *testing.T) {
	w := start(t, batch.Options{Slots: 2})
	w.createQueue(t, "controller")
	dir := t.TempDir()
	release := filepath.Join(dir, "release")
	in := w.defined(t, "hold", "Ref::running", release)
	submit := func(queue, name string) string {
		in.JobQueue, in.Parameters = aws.String(queue), map[string]string{"running": filepath.Join(dir, name)}
		return w.submit(t, in)
	}
	ids := []string{submit("mirror", "a"), submit("mirror", "b"), submit("mirror", "c"), submit("controller", "d")}
	for _, name := range []string{"a", "b", "d"} {
		await(t, name+" runs", exists(filepath.Join(dir, name)))
	}
	if s := w.job(t, ids[2]).Status; s != types.JobStatusRunnable {
		t.Errorf("third job of the queue is %s", s)
	}
	if n := w.service.Attempts(); n != 3 {
		t.Errorf("%d attempts, want those of a, b and d", n)
	}
	touch(t, release)
	w.idle(t)
	if n := w.service.Attempts(); n != 0 {
		t.Errorf("%d attempts when all have ended", n)
	}
	for _, id := range ids {
		if s := w.job(t, id).Status; s != types.JobStatusSucceeded {
			t.Errorf("job is %s", s)
		}
	}
}

func TestChildrenEndWithTheJob(t *testing.T) {
	w := start(t, batch.Options{})
	if job, log := w.finish(t, w.defined(t, "leave")); job.Status != types.JobStatusSucceeded || log != "left\n" {
		t.Errorf("%s, log %q", job.Status, log)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	w := start(t, batch.Options{Slots: 1})
	running := filepath.Join(t.TempDir(), "running")
	in := w.defined(t, "polite", running)
	ids := []string{w.submit(t, in), w.submit(t, in)}
	await(t, "the job runs", exists(running))
	if err := w.service.Close(); err != nil {
		t.Fatal(err)
	}
	w.idle(t)
	for _, id := range ids {
		if job := w.job(t, id); job.Status != types.JobStatusFailed ||
			aws.ToString(job.StatusReason) != "the Batch stand-in was closed" {
			t.Errorf("%s, %q", job.Status, aws.ToString(job.StatusReason))
		}
	}
	if _, err := w.SubmitJob(t.Context(), in); err == nil {
		t.Error("a closed service took a job")
	}
}

func TestCloseDoesNotWaitForATerminatedJob(t *testing.T) {
	w := start(t, batch.Options{KillDelay: time.Hour, CloseDelay: time.Millisecond})
	running := filepath.Join(t.TempDir(), "running")
	id := w.submit(t, w.defined(t, "stubborn", running))
	await(t, "the job runs", exists(running))
	if _, err := w.TerminateJob(t.Context(),
		&awsbatch.TerminateJobInput{JobId: &id, Reason: aws.String("not needed")}); err != nil {
		t.Fatal(err)
	}
	if err := w.service.Close(); err != nil {
		t.Fatal(err)
	}
	if job := w.job(t, id); aws.ToInt32(job.Container.ExitCode) != 137 ||
		aws.ToString(job.StatusReason) != "not needed" {
		t.Errorf("exit code %d, %q", aws.ToInt32(job.Container.ExitCode), aws.ToString(job.StatusReason))
	}
}
