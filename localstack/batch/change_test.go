package batch_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/batch"
)

func TestEverythingHasTags(t *testing.T) {
	w := start(t, batch.Options{})
	in := w.defined(t, "say", "hello")
	job := w.job(t, w.submit(t, in))
	w.idle(t)
	for kind, arn := range map[string]string{
		"job": aws.ToString(job.JobArn), "job definition": aws.ToString(job.JobDefinition),
		"queue":               "arn:aws:batch:us-east-1:" + home + ":job-queue/mirror",
		"compute environment": "arn:aws:batch:us-east-1:" + home + ":compute-environment/mirror-spot",
	} {
		check := func(want map[string]string) {
			t.Helper()
			out, err := w.ListTagsForResource(t.Context(), &awsbatch.ListTagsForResourceInput{ResourceArn: &arn})
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			if d := cmp.Diff(want, out.Tags); d != "" {
				t.Errorf("%s (-want +got)\n%s", kind, d)
			}
		}
		check(map[string]string{})
		if _, err := w.TagResource(t.Context(), &awsbatch.TagResourceInput{
			ResourceArn: &arn,
			Tags:        map[string]string{"team": "a", "cost": "1"},
		}); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if _, err := w.TagResource(t.Context(), &awsbatch.TagResourceInput{
			ResourceArn: &arn,
			Tags:        map[string]string{"team": "b"},
		}); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		check(map[string]string{"team": "b", "cost": "1"})
		if _, err := w.UntagResource(t.Context(), &awsbatch.UntagResourceInput{
			ResourceArn: &arn,
			TagKeys:     []string{"cost", "other"},
		}); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		check(map[string]string{"team": "b"})
		_, err := w.TagResource(t.Context(), &awsbatch.TagResourceInput{
			ResourceArn: &arn, Tags: map[string]string{"aws:x": "y"},
		})
		if why := refusal(err, "aws: is reserved"); why != "" {
			t.Errorf("%s: %s", kind, why)
		}
	}
	for _, arn := range []string{
		"arn:aws:batch:us-east-1:" + home + ":job-queue/absent",
		"arn:aws:batch:us-east-1:444455556666:job-queue/mirror", "arn:aws:batch:us-east-1:" + home + ":job/x",
	} {
		_, err := w.ListTagsForResource(t.Context(), &awsbatch.ListTagsForResourceInput{ResourceArn: &arn})
		if why := refusal(err, "not found"); why != "" {
			t.Errorf("%s: %s", arn, why)
		}
	}
	queues, err := w.DescribeJobQueues(t.Context(), &awsbatch.DescribeJobQueuesInput{JobQueues: []string{"mirror"}})
	if err != nil || queues.JobQueues[0].Tags["team"] != "b" {
		t.Errorf("description %+v, %v", queues, err)
	}
}

func TestQueuesAreChangedAndDeleted(t *testing.T) {
	w := start(t, batch.Options{Slots: 1})
	running := filepath.Join(t.TempDir(), "running")
	in := w.defined(t, "polite", running)
	first, second := w.submit(t, in), w.submit(t, in)
	await(t, "the job runs", exists(running))
	remove := func() error {
		_, err := w.DeleteJobQueue(t.Context(), &awsbatch.DeleteJobQueueInput{JobQueue: aws.String("mirror")})
		return err
	}
	environment := aws.String("mirror-spot")
	removeEnvironment := func() error {
		_, err := w.DeleteComputeEnvironment(t.Context(),
			&awsbatch.DeleteComputeEnvironmentInput{ComputeEnvironment: environment})
		return err
	}
	if why := refusal(remove(), "not DISABLED"); why != "" {
		t.Error(why)
	}
	if why := refusal(removeEnvironment(), "JobQueue relationship"); why != "" {
		t.Error(why)
	}
	for want, change := range map[string]*awsbatch.UpdateJobQueueInput{
		"is not ENABLED or DISABLED": {State: "SLEEPING"}, "priority must be": {Priority: aws.Int32(-1)},
		"absent not found": {
			ComputeEnvironmentOrder: []types.ComputeEnvironmentOrder{
				{Order: aws.Int32(1), ComputeEnvironment: aws.String("absent")},
			},
		},
	} {
		change.JobQueue = aws.String("mirror")
		_, err := w.UpdateJobQueue(t.Context(), change)
		if why := refusal(err, want); why != "" {
			t.Error(why)
		}
	}
	if _, err := w.UpdateJobQueue(t.Context(), &awsbatch.UpdateJobQueueInput{
		JobQueue: aws.String("mirror"), State: types.JQStateDisabled, Priority: aws.Int32(7),
	}); err != nil {
		t.Fatal(err)
	}
	queues, err := w.DescribeJobQueues(t.Context(), &awsbatch.DescribeJobQueuesInput{JobQueues: []string{"mirror"}})
	if err != nil || queues.JobQueues[0].State != types.JQStateDisabled ||
		aws.ToInt32(queues.JobQueues[0].Priority) != 7 || len(queues.JobQueues[0].ComputeEnvironmentOrder) != 1 {
		t.Errorf("queue %+v, %v", queues, err)
	}
	if err := remove(); err != nil {
		t.Fatal(err)
	}
	w.idle(t)
	for _, id := range []string{first, second} {
		if job := w.job(t, id); job.Status != types.JobStatusFailed ||
			aws.ToString(job.StatusReason) != "the job queue was deleted" {
			t.Errorf("job %+v", job)
		}
	}
	if why := refusal(remove(), "not found"); why != "" {
		t.Error(why)
	}
	if why := refusal(removeEnvironment(), "not DISABLED"); why != "" {
		t.Error(why)
	}
	if _, err := w.UpdateComputeEnvironment(t.Context(),
		&awsbatch.UpdateComputeEnvironmentInput{
			ComputeEnvironment: environment, State: types.CEStateDisabled,
		}); err != nil {
		t.Fatal(err)
	}
	if err := removeEnvironment(); err != nil {
		t.Error(err)
	}
}

func TestTokensBelongToTheirLists(t *testing.T) {
	w := start(t, batch.Options{})
	w.createQueue(t, "controller")
	in := w.defined(t, "say", "hello")
	w.submit(t, in)
	w.submit(t, in)
	one := aws.Int32(1)
	lists := map[string]func(*string) (*string, error){
		"jobs of mirror": func(token *string) (*string, error) {
			out, err := w.ListJobs(t.Context(), &awsbatch.ListJobsInput{
				JobQueue: aws.String("mirror"), MaxResults: one, NextToken: token, Filters: everything,
			})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		},
		"jobs of controller": func(token *string) (*string, error) {
			out, err := w.ListJobs(t.Context(), &awsbatch.ListJobsInput{
				JobQueue: aws.String("controller"), MaxResults: one, NextToken: token, Filters: everything,
			})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		},
		"queues": func(token *string) (*string, error) {
			out, err := w.DescribeJobQueues(t.Context(),
				&awsbatch.DescribeJobQueuesInput{MaxResults: one, NextToken: token})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		},
		"environments": func(token *string) (*string, error) {
			out, err := w.DescribeComputeEnvironments(t.Context(),
				&awsbatch.DescribeComputeEnvironmentsInput{MaxResults: one, NextToken: token})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		},
	}
	for from, giver := range lists {
		token, err := giver(nil)
		if err != nil {
			t.Fatalf("%s: %v", from, err)
		}
		if token == nil {
			continue // nothing there
		}
		for to, taker := range lists {
			_, err := taker(token)
			if from == to && err != nil {
				t.Errorf("%s: %v", to, err)
			}
			if why := refusal(err, "nextToken is invalid"); from != to && why != "" {
				t.Errorf("token of %s in %s: %s", from, to, why)
			}
		}
	}
	w.idle(t)
}

// everything filters nothing: without a filter, only running jobs are listed.
var everything = []types.KeyValuesPair{{Name: aws.String("AFTER_CREATED_AT"), Values: []string{"0"}}}

func TestAnAttemptStaysWhereItStarted(t *testing.T) {
	w := start(t, batch.Options{Slots: 1})
	running := filepath.Join(t.TempDir(), "running")
	id := w.submit(t, w.defined(t, "polite", running))
	await(t, "the job runs", exists(running))
	if _, err := w.CreateComputeEnvironment(t.Context(), &awsbatch.CreateComputeEnvironmentInput{
		ComputeEnvironmentName: aws.String("other"), Type: types.CETypeUnmanaged,
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.UpdateJobQueue(t.Context(), &awsbatch.UpdateJobQueueInput{
		JobQueue: aws.String("mirror"), ComputeEnvironmentOrder: []types.ComputeEnvironmentOrder{
			{Order: aws.Int32(1), ComputeEnvironment: aws.String("other")},
		},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.TerminateJob(t.Context(),
		&awsbatch.TerminateJobInput{JobId: &id, Reason: aws.String("enough")}); err != nil {
		t.Fatal(err)
	}
	w.idle(t)
	if task := aws.ToString(w.job(t, id).Attempts[0].Container.TaskArn); !strings.Contains(task, ":task/mirror-spot/") {
		t.Error(task)
	}
}
