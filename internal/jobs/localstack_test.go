package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"ecrmirror/internal/jobs"
	"ecrmirror/internal/request"
	"ecrmirror/localstack/server"
	"ecrmirror/testkit/fault"
	"ecrmirror/testkit/servertest"
)

// A localstack is one whose calls the faults break.
type localstack struct {
	*server.Server
	faults *fault.Injector
}

// start runs localstack, whose mirror jobs do what the script says.
func start(t *testing.T, script string) localstack {
	t.Helper()
	programs := t.TempDir()
	if err := os.WriteFile(filepath.Join(programs, "mirror"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	var faults fault.Injector
	return localstack{servertest.Start(t, server.Options{Wrap: faults.Wrap, Programs: programs}), &faults}
}

// Scripts of jobs.
const (
	lasting = "exec sleep 600"
	failing = "exit 1"
)

func queue(s localstack) *jobs.Queue {
	return jobs.New(batch.NewFromConfig(s.Config()), "mirror", "mirror").Settle(time.Millisecond)
}

func broken(t *testing.T, s localstack, rules ...fault.Rule) {
	t.Helper()
	s.Stats().Reset()
	if err := s.faults.Set(1, rules...); err != nil {
		t.Fatal(err)
	}
}

// named returns the jobs of all states that have the job's name.
func named(t *testing.T, s localstack, job request.Request) []types.JobDetail {
	t.Helper()
	client := batch.NewFromConfig(s.Config())
	out, err := client.ListJobs(t.Context(), &batch.ListJobsInput{
		JobQueue: aws.String("mirror"), Filters: []types.KeyValuesPair{
			{Name: aws.String("JOB_NAME"), Values: []string{job.Name()}},
		},
	})
	if err != nil || len(out.JobSummaryList) == 0 {
		return nil
	}
	var ids []string
	for _, summary := range out.JobSummaryList {
		ids = append(ids, aws.ToString(summary.JobId))
	}
	details, err := client.DescribeJobs(t.Context(), &batch.DescribeJobsInput{Jobs: ids})
	if err != nil {
		t.Fatal(err)
	}
	return details.Jobs
}

func TestBatchTakesAJobAndKeepsItsTags(t *testing.T) {
	s := start(t, lasting)
	job := alpine("r/a:1")
	if result := submit(t, queue(s), job)[0]; result.Err != nil || len(result.Submitted) != 1 {
		t.Fatalf("%+v", result)
	}
	got := named(t, s, job)
	if len(got) != 1 || got[0].Tags["ecrmirror:source"] != job.Source() ||
		got[0].Tags["ecrmirror:digest"] != one.String() || !aws.ToBool(got[0].PropagateTags) {
		t.Errorf("%+v", got)
	}
}

// TestASubmissionWithoutAReply breaks the first SubmitJob. However it breaks, there is
// one job in the end, and its id is known.
func TestASubmissionWithoutAReply(t *testing.T) {
	for _, script := range []string{lasting, failing} { // a job may have ended when it is looked for
		for kind, calls := range map[fault.Kind]int64{ // of SubmitJob
			fault.Lose: 1, fault.Cut: 1, fault.Reset: 2, fault.Fail: 2, fault.Throttle: 2,
		} {
			t.Run(fmt.Sprint(kind, " ", script), func(t *testing.T) {
				s := start(t, script)
				q, job := queue(s), alpine("r/a:1")
				if script == failing {
					submit(t, q, job) // an earlier job of the same name that has failed is not taken for this one
					idle(t, s)
				}
				earlier := len(named(t, s, job))
				broken(t, s, fault.Rule{Operation: "batch.SubmitJob", Kind: kind, Times: 1, After: 5})
				result := submit(t, q, job)[0]
				got := named(t, s, job)
				if len(got) != earlier+1 || len(result.Submitted) != 1 || result.Err != nil {
					t.Fatalf("%d jobs, %+v", len(got)-earlier, result)
				}
				if result.Submitted[0].ID != aws.ToString(got[0].JobId) { // the newest
					t.Errorf("job %s is said to be %s", aws.ToString(got[0].JobId), result.Submitted[0].ID)
				}
				tried := s.Stats().Snapshot().Calls
				if n := tried["batch.SubmitJob"] + s.faults.Broken()[kind]; kind != fault.Lose && kind != fault.Cut &&
					n != calls {
					t.Errorf("%d calls of SubmitJob, want %d: %v", n, calls, tried)
				}
			})
		}
	}
}

func idle(t *testing.T, s localstack) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := s.Jobs().Idle(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestRepliesThatAreAlwaysLostMakeOneJob(t *testing.T) {
	s := start(t, lasting)
	broken(t, s, fault.Rule{Operation: "batch.SubmitJob", Kind: fault.Lose})
	var batch []request.Request
	for i := range 20 {
		batch = append(batch, asking(fmt.Sprintf("r/a:%d", i), "r/b:1"))
	}
	for i, result := range submit(t, queue(s), batch...) {
		if len(result.Submitted) != 1 || result.Err != nil || len(named(t, s, batch[i])) != 1 {
			t.Errorf("%+v, %d jobs", result, len(named(t, s, batch[i])))
		}
	}
}

func TestAnothersJobIsAsGood(t *testing.T) {
	s := start(t, lasting)
	job := alpine("r/a:1")
	submit(t, queue(s), job)
	broken(t, s, fault.Rule{Operation: "batch.SubmitJob", Kind: fault.Reset})
	result := queue(s).Submit(t.Context(), nil, []request.Request{job})[0] // as if it had come in since the listing
	if !slices.Equal(result.InFlight, job.DestinationTexts()) || len(result.Submitted) != 0 || result.Err != nil {
		t.Errorf("%+v", result)
	}
}

// Of a name's destinations another controller may have got some, and this one the others.
func TestAnothersJobForOtherDestinationsIsNotThisOne(t *testing.T) {
	s := start(t, lasting)
	theirs, mine, all := alpine("r/a:1"), alpine("r/b:1"), alpine("r/a:1", "r/b:1")
	first, err := queue(s).Put(t.Context(), all.Name(), theirs)
	if err != nil {
		t.Fatal(err)
	}
	broken(t, s, fault.Rule{Operation: "batch.SubmitJob", Kind: fault.Reset, Times: 1})
	placed, err := queue(s).Put(t.Context(), all.Name(), mine)
	if err != nil || placed.Others || placed.ID == first.ID || len(named(t, s, all)) != 2 {
		t.Errorf("%+v, %v, %d jobs", placed, err, len(named(t, s, all)))
	}
}

// All destinations of an image have one job, which is asked about once, and one that Batch has forgotten has ended.
func TestHowJobsStand(t *testing.T) {
	b := &standIn{jobs: []record{
		{ID: "a", Status: "RUNNING"}, {ID: "b", Status: "SUCCEEDED"}, {ID: "c", Status: "FAILED"},
	}}
	ends, err := jobs.New(b.client(t), "mirrors", "mirror").Ends(t.Context(), []string{"a", "b", "a", "c", "gone"})
	want := map[string]jobs.End{
		"a": {}, "b": {Ended: true, Succeeded: true}, "c": {Ended: true},
		"gone": {Ended: true, Unknown: true, Because: "AWS Batch does not know it any more"},
	}
	if !maps.Equal(ends, want) || err != nil || b.seen().mostDescribed != 4 {
		t.Errorf("%+v, %v, %d ids", ends, err, b.seen().mostDescribed)
	}
}

func TestASubmissionThatCannotBeLookedForIsNotRepeated(t *testing.T) {
	s := start(t, lasting)
	q, job := queue(s), alpine("r/a:1")
	broken(t, s, fault.Rule{Operation: "batch.SubmitJob", Kind: fault.Lose},
		fault.Rule{Operation: "batch.ListJobs", Kind: fault.Throttle, Code: "AccessDeniedException"})
	result := q.Submit(t.Context(), nil, []request.Request{job})[0]
	broken(t, s)
	var failure *jobs.Error
	if !errors.As(result.Err, &failure) || failure.Doing != "looking for a job whose submission got no reply" ||
		len(named(t, s, job)) != 1 {
		t.Errorf("%+v, %d jobs", result, len(named(t, s, job)))
	}
}

func TestBatchThatOnlyFailsIsAnErrorAfterThreeSubmissions(t *testing.T) {
	s := start(t, lasting)
	broken(t, s, fault.Rule{Operation: "batch.SubmitJob", Kind: fault.Fail})
	result := submit(t, queue(s), alpine("r/a:1"))[0]
	if n := s.faults.Broken()[fault.Fail]; result.Err == nil || n != 3 {
		t.Errorf("%d calls, %+v", n, result)
	}
}

func TestWhatIsInFlightIsListedAndNothingElse(t *testing.T) {
	s := start(t, lasting)
	var batch []request.Request
	for i := range 120 {
		batch = append(batch, asking(fmt.Sprintf("r/a:%d", i), "r/b:1", "r/c:1"))
	}
	// Some calls too many, as other clients of the account cause them.
	broken(t, s, fault.Rule{
		Operation: "batch.SubmitJob", Kind: fault.Throttle, Code: "TooManyRequestsException", Status: 429, Rate: 0.1,
	})
	began := time.Now()
	for _, result := range submit(t, queue(s), batch...) {
		if len(result.Submitted) != 1 || result.Err != nil {
			t.Errorf("%+v", result)
		}
	}
	took, calls, throttled := time.Since(began), s.Stats().Snapshot().Calls, s.faults.Broken()[fault.Throttle]
	all := calls["batch.SubmitJob"] + throttled
	if throttled == 0 || calls["batch.SubmitJob"] != 120 || took < time.Duration(all-1)*time.Second/50 {
		t.Errorf("%v in %v, more than 50 a second", calls, took)
	}
	broken(t, s)
	for _, result := range submit(t, queue(s), batch...) {
		if len(result.Submitted) != 0 || len(result.InFlight) != 2 {
			t.Errorf("again: %+v", result)
		}
	}
	// The SDK's client sometimes loses the connection with a large reply, and calls again.
	if calls := s.Stats().Snapshot().Calls; len(calls) != 1 || calls["batch.ListJobs"] < 6 ||
		calls["batch.ListJobs"] > 9 {
		t.Errorf("calls %v, want 6 of ListJobs", calls)
	}
}

func TestAnEndedContextEndsASubmission(t *testing.T) {
	s := start(t, lasting)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	result := queue(s).Submit(ctx, nil, []request.Request{alpine("r/a:1")})[0]
	if !errors.Is(result.Err, context.Canceled) || len(named(t, s, alpine("r/a:1"))) != 0 {
		t.Errorf("%+v", result)
	}
}
