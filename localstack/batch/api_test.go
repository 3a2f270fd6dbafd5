package batch_test

import (
	"fmt"
	"net/http"
	"path/filepath"
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
		{"queue of another region", func(in *input) { in.JobQueue = aws.String("arn:aws:batch:eu-west-1:111122223333:job-queue/mirror") }, "not found"},
		{"unknown definition", func(in *input) { in.JobDefinition = aws.String("absent") }, "JobDefinition absent not found"},
		{"unknown revision", func(in *input) { in.JobDefinition = aws.String("run:9") }, "not found"},
		{"malformed revision", func(in *input) { in.JobDefinition = aws.String("run:x") }, "not found"},
		{"empty command element", func(in *input) { in.ContainerOverrides = &types.ContainerOverrides{Command: []string{"say", ""}} }, "empty string"},
		{"empty parameter in the command", func(in *input) { in.Parameters = map[string]string{"text": ""} }, "empty string"},
		{"reserved variable", func(in *input) {
			in.ContainerOverrides = &types.ContainerOverrides{Environment: []types.KeyValuePair{{Name: aws.String("AWS_BATCH_X"), Value: aws.String("x")}}}
		}, "AWS_BATCH"},
		{"short timeout", func(in *input) { in.Timeout = &types.JobTimeout{AttemptDurationSeconds: aws.Int32(59)} }, "at least 60"},
		{"many attempts", func(in *input) { in.RetryStrategy = &types.RetryStrategy{Attempts: aws.Int32(11)} }, "between 1 and 10"},
		{"rules without attempts", func(in *input) {
			in.RetryStrategy = &types.RetryStrategy{EvaluateOnExit: []types.EvaluateOnExit{{OnExitCode: aws.String("1"), Action: "EXIT"}}}
		}, "needs retryStrategy.attempts"},
		{"rule without pattern", func(in *input) {
			in.RetryStrategy = &types.RetryStrategy{Attempts: aws.Int32(2), EvaluateOnExit: []types.EvaluateOnExit{{Action: "EXIT"}}}
		}, "needs onExitCode"},
		{"exit code that is no number", func(in *input) {
			in.RetryStrategy = &types.RetryStrategy{Attempts: aws.Int32(2), EvaluateOnExit: []types.EvaluateOnExit{{OnExitCode: aws.String("x"), Action: "EXIT"}}}
		}, "digits"},
		{"array", func(in *input) { in.ArrayProperties = &types.ArrayProperties{Size: aws.Int32(2)} }, "no array jobs"},
		{"dependency", func(in *input) { in.DependsOn = []types.JobDependency{{JobId: aws.String("x")}} }, "dependencies"},
		{"scheduling priority", func(in *input) { in.SchedulingPriorityOverride = aws.Int32(1) }, "fair-share"},
		{"many tags", func(in *input) { in.Tags = manyTags(51) }, "at most 50 tags"},
		{"tag without a key", func(in *input) { in.Tags = map[string]string{"": "x"} }, "1 to 128"},
		{"long key of a tag", func(in *input) { in.Tags = map[string]string{strings.Repeat("k", 129): "x"} }, "1 to 128"},
		{"long value of a tag", func(in *input) { in.Tags = map[string]string{"k": strings.Repeat("v", 257)} }, "at most 256"},
		{"reserved tag", func(in *input) { in.Tags = map[string]string{"AWS:x": "x"} }, "reserved"},
		{"value of a tag with a comma", func(in *input) { in.Tags = map[string]string{"k": "a,b"} }, "letters, digits"},
		{"key of a tag with a sign", func(in *input) { in.Tags = map[string]string{"k*": "a"} }, "letters, digits"},
		{"share identifier", func(in *input) { in.ShareIdentifier = aws.String("x") }, "fair-share"},
		{"30 KiB", func(in *input) { in.Parameters = map[string]string{"text": strings.Repeat("x", 30<<10)} }, "less than 30 KiB, got 31 KiB"},
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
		if job.Status != tc.status || aws.ToBool(job.PropagateTags) != (tc.propagate == nil) || len(job.Tags) != tc.tags {
			t.Errorf("%d tags: %s, %q, propagated %v", tc.tags, job.Status, aws.ToString(job.StatusReason), aws.ToBool(job.PropagateTags))
		}
	}
}

func TestOverridesOverTheLimitFailTheJob(t *testing.T) {
	w := start(t, batch.Options{})
	in := w.defined(t, "say", "Ref::text")
	in.Parameters = map[string]string{"text": strings.Repeat("x", 8192)}
	if job, _ := w.finish(t, in); job.Status != types.JobStatusFailed || aws.ToString(job.StatusReason) != "Container Overrides length must be at most 8192" {
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
	if _, err := w.DeregisterJobDefinition(t.Context(), &awsbatch.DeregisterJobDefinitionInput{JobDefinition: aws.String("say:3")}); err != nil {
		t.Fatal(err)
	}
	const unversioned = "arn:aws:batch:us-east-1:111122223333:job-definition/say"
	for reference, want := range map[string]string{
		"say": "revision 2\n", "say:1": "revision 1\n", arns[0]: "revision 1\n", arns[1]: "revision 2\n", unversioned: "revision 2\n",
	} {
		job, log := w.finish(t, &awsbatch.SubmitJobInput{
			JobName: aws.String("job"), JobQueue: aws.String("arn:aws:batch:us-east-1:111122223333:job-queue/mirror"), JobDefinition: aws.String(reference),
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

func TestListJobsFiltersAndPages(t *testing.T) {
	w := start(t, batch.Options{})
	w.createQueue(t, "controller")
	dir := t.TempDir()
	done := w.defined(t, "exit", "0")
	var ids []string // oldest first
	for n := range 5 {
		done.JobName = aws.String(fmt.Sprintf("Sweep-%d", n))
		ids = append(ids, w.submit(t, done))
		w.idle(t)
	}
	release := filepath.Join(dir, "release")
	hold := w.defined(t, "hold", filepath.Join(dir, "running"), release)
	hold.JobName = aws.String("holding")
	holding := w.submit(t, hold)
	await(t, "the job runs", exists(filepath.Join(dir, "running")))
	await(t, "the service knows", func() bool { return w.job(t, holding).Status == types.JobStatusRunning })
	defer touch(t, release)
	created := fmt.Sprint(aws.ToInt64(w.job(t, ids[2]).CreatedAt) + 1000000)
	newest := slices.Clone(ids)
	slices.Reverse(newest)

	filter := func(name, value string) []types.KeyValuesPair {
		return []types.KeyValuesPair{{Name: aws.String(name), Values: []string{value}}}
	}
	for _, tc := range []struct {
		name string
		in   awsbatch.ListJobsInput
		want []string
	}{
		{"running is the default", awsbatch.ListJobsInput{}, []string{holding}},
		{"status", awsbatch.ListJobsInput{JobStatus: types.JobStatusSucceeded}, newest},
		{"status without jobs", awsbatch.ListJobsInput{JobStatus: types.JobStatusFailed}, nil},
		{"name in any case, any status", awsbatch.ListJobsInput{Filters: filter("JOB_NAME", "sweep-3")}, ids[3:4]},
		{"name is whole", awsbatch.ListJobsInput{Filters: filter("JOB_NAME", "sweep")}, nil},
		{"start of the name", awsbatch.ListJobsInput{Filters: filter("JOB_NAME", "SWEEP*")}, newest},
		{"status does not matter with a filter", awsbatch.ListJobsInput{Filters: filter("JOB_NAME", "holding"), JobStatus: types.JobStatusFailed}, []string{holding}},
		{"definition", awsbatch.ListJobsInput{Filters: filter("JOB_DEFINITION", "run")}, append([]string{holding}, newest...)},
		{"revision", awsbatch.ListJobsInput{Filters: filter("JOB_DEFINITION", "arn:aws:batch:us-east-1:111122223333:job-definition/run:2")}, []string{holding}},
		{"created before", awsbatch.ListJobsInput{Filters: filter("BEFORE_CREATED_AT", created)}, append([]string{holding}, newest...)},
		{"created after", awsbatch.ListJobsInput{Filters: filter("AFTER_CREATED_AT", created)}, nil},
		{"other queue", awsbatch.ListJobsInput{JobQueue: aws.String("controller"), Filters: filter("JOB_NAME", "*")}, nil},
	} {
		for _, size := range []*int32{nil, aws.Int32(1), aws.Int32(2), aws.Int32(1000)} {
			in := tc.in
			if in.JobQueue == nil {
				in.JobQueue = aws.String("mirror")
			}
			in.MaxResults = size
			var got []string
			p := awsbatch.NewListJobsPaginator(w, &in)
			for p.HasMorePages() {
				page, err := p.NextPage(t.Context())
				if err != nil {
					t.Fatalf("%s: %v", tc.name, err)
				}
				if size != nil && len(page.JobSummaryList) > int(*size) {
					t.Errorf("%s: page of %d", tc.name, len(page.JobSummaryList))
				}
				for _, j := range page.JobSummaryList {
					got = append(got, aws.ToString(j.JobId))
				}
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
			}
		}
	}
}

func TestListAndDescribeRefuse(t *testing.T) {
	w := start(t, batch.Options{})
	queue := aws.String("mirror")
	list := func(in awsbatch.ListJobsInput) func() error {
		return func() error {
			_, err := w.ListJobs(t.Context(), &in)
			return err
		}
	}
	one := types.KeyValuesPair{Name: aws.String("JOB_NAME"), Values: []string{"x"}}
	for _, tc := range []struct {
		name string
		call func() error
		text string
	}{
		{"no parent", list(awsbatch.ListJobsInput{}), "exactly one"},
		{"two parents", list(awsbatch.ListJobsInput{JobQueue: queue, ArrayJobId: aws.String("x")}), "exactly one"},
		{"unknown queue", list(awsbatch.ListJobsInput{JobQueue: aws.String("absent")}), "not found"},
		{"unknown status", list(awsbatch.ListJobsInput{JobQueue: queue, JobStatus: "DONE"}), "jobStatus"},
		{"two filters", list(awsbatch.ListJobsInput{JobQueue: queue, Filters: []types.KeyValuesPair{one, one}}), "only one filter"},
		{"unknown filter", list(awsbatch.ListJobsInput{JobQueue: queue, Filters: []types.KeyValuesPair{{Name: aws.String("X"), Values: []string{"x"}}}}), "filter"},
		{"filter without values", list(awsbatch.ListJobsInput{JobQueue: queue, Filters: []types.KeyValuesPair{{Name: aws.String("JOB_NAME")}}}), "no values"},
		{"time that is no number", list(awsbatch.ListJobsInput{JobQueue: queue, Filters: []types.KeyValuesPair{{Name: aws.String("AFTER_CREATED_AT"), Values: []string{"today"}}}}), "milliseconds"},
		{"empty pages", list(awsbatch.ListJobsInput{JobQueue: queue, MaxResults: aws.Int32(0)}), "maxResults"},
		{"foreign token", list(awsbatch.ListJobsInput{JobQueue: queue, NextToken: aws.String("x")}), "nextToken"},
		{"101 ids", func() error {
			_, err := w.DescribeJobs(t.Context(), &awsbatch.DescribeJobsInput{Jobs: make([]string, 101)})
			return err
		}, "100"},
		{"terminating an unknown job", func() error {
			_, err := w.TerminateJob(t.Context(), &awsbatch.TerminateJobInput{JobId: aws.String("x"), Reason: aws.String("x")})
			return err
		}, "not found"},
	} {
		if why := refusal(tc.call(), tc.text); why != "" {
			t.Errorf("%s: %s", tc.name, why)
		}
	}
	if out, err := w.DescribeJobs(t.Context(), &awsbatch.DescribeJobsInput{Jobs: []string{"absent"}}); err != nil || len(out.Jobs) != 0 {
		t.Errorf("unknown job: %v, %v", out, err)
	}
}

func TestAccountsAndRegionsAreApart(t *testing.T) {
	w := start(t, batch.Options{})
	in := w.defined(t, "exit", "0")
	id := w.submit(t, in)
	w.idle(t)
	for _, other := range []*awsbatch.Client{client(w.url, home, "eu-west-1"), client(w.url, "444455556666", "us-east-1")} {
		_, err := other.SubmitJob(t.Context(), in)
		if why := refusal(err, "not found"); why != "" {
			t.Error(why)
		}
		if out, err := other.DescribeJobs(t.Context(), &awsbatch.DescribeJobsInput{Jobs: []string{id}}); err != nil || len(out.Jobs) != 0 {
			t.Errorf("other world sees %v, %v", out, err)
		}
		if out, err := other.DescribeJobQueues(t.Context(), &awsbatch.DescribeJobQueuesInput{}); err != nil || len(out.JobQueues) != 0 {
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
	environments, err := w.DescribeComputeEnvironments(t.Context(), &awsbatch.DescribeComputeEnvironmentsInput{ComputeEnvironments: []string{"mirror-spot", "absent"}})
	if err != nil || len(environments.ComputeEnvironments) != 1 {
		t.Errorf("environments %+v, %v", environments, err)
	}
	_, err = w.CreateJobQueue(t.Context(), &awsbatch.CreateJobQueueInput{
		JobQueueName: aws.String("x"), Priority: aws.Int32(1),
		ComputeEnvironmentOrder: []types.ComputeEnvironmentOrder{{Order: aws.Int32(1), ComputeEnvironment: aws.String("absent")}},
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
	if response.StatusCode != http.StatusForbidden || response.Header.Get("X-Amzn-ErrorType") != "MissingAuthenticationTokenException" {
		t.Errorf("%s %s", response.Status, response.Header.Get("X-Amzn-ErrorType"))
	}
}
