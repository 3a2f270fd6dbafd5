package batch_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"ecrmirror/localstack/batch"
)

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
		{"status does not matter with a filter", awsbatch.ListJobsInput{
			Filters:   filter("JOB_NAME", "holding"),
			JobStatus: types.JobStatusFailed,
		}, []string{holding}},
		{
			"definition",
			awsbatch.ListJobsInput{Filters: filter("JOB_DEFINITION", "run")},
			append([]string{holding}, newest...),
		},
		{
			"revision",
			awsbatch.ListJobsInput{Filters: filter("JOB_DEFINITION",
				"arn:aws:batch:us-east-1:111122223333:job-definition/run:2")},
			[]string{holding},
		},
		{
			"created before",
			awsbatch.ListJobsInput{Filters: filter("BEFORE_CREATED_AT", created)},
			append([]string{holding}, newest...),
		},
		{"created after", awsbatch.ListJobsInput{Filters: filter("AFTER_CREATED_AT", created)}, nil},
		{
			"other queue",
			awsbatch.ListJobsInput{JobQueue: aws.String("controller"), Filters: filter("JOB_NAME", "*")},
			nil,
		},
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
		{
			"two filters", list(awsbatch.ListJobsInput{JobQueue: queue, Filters: []types.KeyValuesPair{one, one}}),
			"only one filter",
		},
		{
			"unknown filter",
			list(awsbatch.ListJobsInput{
				JobQueue: queue, Filters: []types.KeyValuesPair{{Name: aws.String("X"), Values: []string{"x"}}},
			}), "filter",
		},
		{
			"filter without values",
			list(awsbatch.ListJobsInput{
				JobQueue: queue, Filters: []types.KeyValuesPair{{Name: aws.String("JOB_NAME")}},
			}), "no values",
		},
		{
			"time that is no number",
			list(awsbatch.ListJobsInput{
				JobQueue: queue,
				Filters:  []types.KeyValuesPair{{Name: aws.String("AFTER_CREATED_AT"), Values: []string{"today"}}},
			}), "milliseconds",
		},
		{"empty pages", list(awsbatch.ListJobsInput{JobQueue: queue, MaxResults: aws.Int32(0)}), "maxResults"},
		{"foreign token", list(awsbatch.ListJobsInput{JobQueue: queue, NextToken: aws.String("x")}), "nextToken"},
		{"101 ids", func() error {
			_, err := w.DescribeJobs(t.Context(), &awsbatch.DescribeJobsInput{Jobs: make([]string, 101)})
			return err
		}, "100"},
		{"terminating an unknown job", func() error {
			_, err := w.TerminateJob(t.Context(), &awsbatch.TerminateJobInput{
				JobId: aws.String("x"), Reason: aws.String("x"),
			})
			return err
		}, "not found"},
	} {
		if why := refusal(tc.call(), tc.text); why != "" {
			t.Errorf("%s: %s", tc.name, why)
		}
	}
	if out, err := w.DescribeJobs(t.Context(), &awsbatch.DescribeJobsInput{Jobs: []string{"absent"}}); err != nil ||
		len(out.Jobs) != 0 {
		t.Errorf("unknown job: %v, %v", out, err)
	}
}
