package batch_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"ecrmirror/localstack/batch"
)

func TestSubmitRefuses(t *testing.T) {
	w := start(t, batch.Options{})
	valid := *w.defined(t, "say", "Ref::text")
	type input = awsbatch.SubmitJobInput
	for _, tc := range []struct {
		name   string
		change func(*input)
		text   string
	}{
		{"no name", func(in *input) { in.JobName = aws.String("") }, "jobName"},
		{"name with a dot", func(in *input) { in.JobName = aws.String("a.b") }, "jobName"},
		{"name that starts with a hyphen", func(in *input) { in.JobName = aws.String("-a") }, "jobName"},
		{"long name", func(in *input) { in.JobName = aws.String(strings.Repeat("a", 129)) }, "jobName"},
		{"unknown queue", func(in *input) { in.JobQueue = aws.String("absent") }, "JobQueue absent not found"},
		{"queue of another region", func(in *input) {
			in.JobQueue = aws.String("arn:aws:batch:eu-west-1:111122223333:job-queue/mirror")
		}, "not found"},
		{
			"unknown definition", func(in *input) { in.JobDefinition = aws.String("absent") },
			"JobDefinition absent not found",
		},
		{"unknown revision", func(in *input) { in.JobDefinition = aws.String("run:9") }, "not found"},
		{"malformed revision", func(in *input) { in.JobDefinition = aws.String("run:x") }, "not found"},
		{"empty command element", func(in *input) {
			in.ContainerOverrides = &types.ContainerOverrides{Command: []string{"say", ""}}
		}, "empty string"},
		{
			"empty parameter in the command", func(in *input) { in.Parameters = map[string]string{"text": ""} },
			"empty string",
		},
		{"reserved variable", func(in *input) {
			in.ContainerOverrides = &types.ContainerOverrides{
				Environment: []types.KeyValuePair{{Name: aws.String("AWS_BATCH_X"), Value: aws.String("x")}},
			}
		}, "AWS_BATCH"},
		{
			"short timeout", func(in *input) { in.Timeout = &types.JobTimeout{AttemptDurationSeconds: aws.Int32(59)} },
			"at least 60",
		},
		{
			"many attempts", func(in *input) { in.RetryStrategy = &types.RetryStrategy{Attempts: aws.Int32(11)} },
			"between 1 and 10",
		},
		{"rules without attempts", func(in *input) {
			in.RetryStrategy = &types.RetryStrategy{
				EvaluateOnExit: []types.EvaluateOnExit{{OnExitCode: aws.String("1"), Action: "EXIT"}},
			}
		}, "needs retryStrategy.attempts"},
		{"rule without pattern", func(in *input) {
			in.RetryStrategy = &types.RetryStrategy{
				Attempts: aws.Int32(2), EvaluateOnExit: []types.EvaluateOnExit{{Action: "EXIT"}},
			}
		}, "needs onExitCode"},
		{"exit code that is no number", func(in *input) {
			in.RetryStrategy = &types.RetryStrategy{
				Attempts:       aws.Int32(2),
				EvaluateOnExit: []types.EvaluateOnExit{{OnExitCode: aws.String("x"), Action: "EXIT"}},
			}
		}, "digits"},
		{"array", func(in *input) { in.ArrayProperties = &types.ArrayProperties{Size: aws.Int32(2)} }, "no array jobs"},
		{
			"dependency", func(in *input) { in.DependsOn = []types.JobDependency{{JobId: aws.String("x")}} },
			"dependencies",
		},
		{"scheduling priority", func(in *input) { in.SchedulingPriorityOverride = aws.Int32(1) }, "fair-share"},
		{"many tags", func(in *input) { in.Tags = manyTags(51) }, "at most 50 tags"},
		{"tag without a key", func(in *input) { in.Tags = map[string]string{"": "x"} }, "1 to 128"},
		{
			"long key of a tag", func(in *input) { in.Tags = map[string]string{strings.Repeat("k", 129): "x"} },
			"1 to 128",
		},
		{
			"long value of a tag", func(in *input) { in.Tags = map[string]string{"k": strings.Repeat("v", 257)} },
			"at most 256",
		},
		{"reserved tag", func(in *input) { in.Tags = map[string]string{"AWS:x": "x"} }, "reserved"},
		{"value of a tag with a comma", func(in *input) { in.Tags = map[string]string{"k": "a,b"} }, "letters, digits"},
		{"key of a tag with a sign", func(in *input) { in.Tags = map[string]string{"k*": "a"} }, "letters, digits"},
		{"share identifier", func(in *input) { in.ShareIdentifier = aws.String("x") }, "fair-share"},
		{
			"30 KiB", func(in *input) { in.Parameters = map[string]string{"text": strings.Repeat("x", 30<<10)} },
			"less than 30 KiB, got 31 KiB",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := valid
			tc.change(&in)
			_, err := w.SubmitJob(t.Context(), &in)
			if why := refusal(err, tc.text); why != "" {
				t.Error(why)
			}
		})
	}
}

func manyTags(n int) map[string]string {
	tags := map[string]string{}
	for i := range n {
		tags[fmt.Sprint("key ", i)] = strings.Repeat("é", 256) // characters count, not bytes
	}
	return tags
}

func TestTagsOfJobAndDefinition(t *testing.T) {
	w := start(t, batch.Options{})
	w.define(t, &awsbatch.RegisterJobDefinitionInput{
		JobDefinitionName: aws.String("tagged"), ContainerProperties: container("say", "x"),
		PropagateTags: aws.Bool(true), Tags: map[string]string{"key 0": "of the definition", "other": "x"},
	})
	for _, tc := range []struct {
		tags      int
		propagate *bool
		status    types.JobStatus
	}{
		{49, nil, types.JobStatusSucceeded}, // 50 together, since one is overridden
		{50, nil, types.JobStatusFailed},
		{50, aws.Bool(false), types.JobStatusSucceeded},
	} {
		job, _ := w.finish(t, &awsbatch.SubmitJobInput{
			JobName: aws.String("job"), JobQueue: aws.String("mirror"), JobDefinition: aws.String("tagged"),
			Tags: manyTags(tc.tags), PropagateTags: tc.propagate,
		})
		if job.Status != tc.status || aws.ToBool(job.PropagateTags) != (tc.propagate == nil) ||
			len(job.Tags) != tc.tags {
			t.Errorf("%d tags: %s, %q, propagated %v", tc.tags, job.Status, aws.ToString(job.StatusReason),
				aws.ToBool(job.PropagateTags))
		}
	}
}

func TestOverridesOverTheLimitFailTheJob(t *testing.T) {
	w := start(t, batch.Options{})
	in := w.defined(t, "say", "Ref::text")
	in.Parameters = map[string]string{"text": strings.Repeat("x", 8192)}
	if job, _ := w.finish(t, in); job.Status != types.JobStatusFailed ||
		aws.ToString(job.StatusReason) != "Container Overrides length must be at most 8192" {
		t.Errorf("%s, %q", job.Status, aws.ToString(job.StatusReason))
	}
	in.Parameters = map[string]string{"text": strings.Repeat("x", 8000)}
	if job, _ := w.finish(t, in); job.Status != types.JobStatusSucceeded {
		t.Errorf("%s, %q", job.Status, aws.ToString(job.StatusReason))
	}
}

func TestRevisionsOfDefinitions(t *testing.T) {
	w := start(t, batch.Options{})
	var arns []string
	for n := range 3 {
		out := w.define(t, &awsbatch.RegisterJobDefinitionInput{
			JobDefinitionName: aws.String("say"), ContainerProperties: container("say", fmt.Sprint("revision ", n+1)),
		})
		arns = append(arns, aws.ToString(out.JobDefinitionArn))
		if aws.ToInt32(out.Revision) != int32(n+1) {
			t.Errorf("revision %d, want %d", aws.ToInt32(out.Revision), n+1)
		}
	}
	if _, err := w.DeregisterJobDefinition(t.Context(),
		&awsbatch.DeregisterJobDefinitionInput{JobDefinition: aws.String("say:3")}); err != nil {
		t.Fatal(err)
	}
	const unversioned = "arn:aws:batch:us-east-1:111122223333:job-definition/say"
	for reference, want := range map[string]string{
		"say": "revision 2\n", "say:1": "revision 1\n", arns[0]: "revision 1\n", arns[1]: "revision 2\n",
		unversioned: "revision 2\n",
	} {
		job, log := w.finish(t, &awsbatch.SubmitJobInput{
			JobName: aws.String("job"), JobQueue: aws.String("arn:aws:batch:us-east-1:111122223333:job-queue/mirror"),
			JobDefinition: aws.String(reference),
		})
		if log != want || !slices.Contains(arns, aws.ToString(job.JobDefinition)) {
			t.Errorf("%s ran %q by definition %s", reference, log, aws.ToString(job.JobDefinition))
		}
	}
	_, err := w.SubmitJob(t.Context(), &awsbatch.SubmitJobInput{
		JobName: aws.String("job"), JobQueue: aws.String("mirror"), JobDefinition: aws.String("say:3"),
	})
	if why := refusal(err, "not found or inactive"); why != "" {
		t.Error(why)
	}
	var got []int32
	p := awsbatch.NewDescribeJobDefinitionsPaginator(w, &awsbatch.DescribeJobDefinitionsInput{
		JobDefinitionName: aws.String("say"), Status: aws.String("ACTIVE"), MaxResults: aws.Int32(1),
	})
	for p.HasMorePages() {
		page, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range page.JobDefinitions {
			got = append(got, aws.ToInt32(d.Revision))
		}
	}
	if !slices.Equal(got, []int32{2, 1}) {
		t.Errorf("active revisions %v", got)
	}
}

func TestAccountsAndRegionsAreApart(t *testing.T) {
	w := start(t, batch.Options{})
	in := w.defined(t, "exit", "0")
	id := w.submit(t, in)
	w.idle(t)
	for _, other := range []*awsbatch.Client{
		client(w.url, home, "eu-west-1"),
		client(w.url, "444455556666", "us-east-1"),
	} {
		_, err := other.SubmitJob(t.Context(), in)
		if why := refusal(err, "not found"); why != "" {
			t.Error(why)
		}
		if out, err := other.DescribeJobs(t.Context(), &awsbatch.DescribeJobsInput{Jobs: []string{id}}); err != nil ||
			len(out.Jobs) != 0 {
			t.Errorf("other world sees %v, %v", out, err)
		}
		if out, err := other.DescribeJobQueues(t.Context(), &awsbatch.DescribeJobQueuesInput{}); err != nil ||
			len(out.JobQueues) != 0 {
			t.Errorf("other world sees %v, %v", out, err)
		}
	}
}

func TestQueuesAndEnvironmentsAreDescribed(t *testing.T) {
	w := start(t, batch.Options{})
	w.createQueue(t, "controller")
	queues, err := w.DescribeJobQueues(t.Context(), &awsbatch.DescribeJobQueuesInput{})
	if err != nil {
		t.Fatal(err)
	}
	if len(queues.JobQueues) != 2 || aws.ToString(queues.JobQueues[0].JobQueueName) != "controller" {
		t.Errorf("queues %+v", queues.JobQueues)
	}
	q := queues.JobQueues[1]
	if q.State != types.JQStateEnabled || q.Status != types.JQStatusValid || aws.ToInt32(q.Priority) != 1 ||
		aws.ToString(q.ComputeEnvironmentOrder[0].ComputeEnvironment) != "arn:aws:batch:us-east-1:111122223333:compute-environment/mirror-spot" {
		t.Errorf("queue %+v", q)
	}
	environments, err := w.DescribeComputeEnvironments(t.Context(),
		&awsbatch.DescribeComputeEnvironmentsInput{ComputeEnvironments: []string{"mirror-spot", "absent"}})
	if err != nil || len(environments.ComputeEnvironments) != 1 {
		t.Errorf("environments %+v, %v", environments, err)
	}
	_, err = w.CreateJobQueue(t.Context(), &awsbatch.CreateJobQueueInput{
		JobQueueName: aws.String("x"), Priority: aws.Int32(1),
		ComputeEnvironmentOrder: []types.ComputeEnvironmentOrder{
			{Order: aws.Int32(1), ComputeEnvironment: aws.String("absent")},
		},
	})
	if why := refusal(err, "absent not found"); why != "" {
		t.Error(why)
	}
}

func TestRequestsMustBeSigned(t *testing.T) {
	w := start(t, batch.Options{})
	response, err := http.Post(w.url+"/v1/listjobs", "application/json", strings.NewReader(`{"jobQueue":"mirror"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusForbidden ||
		response.Header.Get("X-Amzn-ErrorType") != "MissingAuthenticationTokenException" {
		t.Errorf("%s %s", response.Status, response.Header.Get("X-Amzn-ErrorType"))
	}
}
