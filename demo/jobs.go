package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
)

// The queues of the deployment.
const (
	mirrorQueue     = "mirror"
	controllerQueue = "controller"
)

// logLines is how many of the last lines of a failed job's output are shown.
const logLines = 20

// A job is a job of either queue.
type job struct {
	queue string
	types.JobDetail
}

func (j job) succeeded() bool { return j.Status == types.JobStatusSucceeded }

// subject says what the job is about.
func (j job) subject() string {
	if j.queue == controllerQueue {
		return "event: push of " + j.Parameters["repository"] + ":" + j.Parameters["tag"]
	}
	mirror := "mirror"
	if images := strings.Count(j.Parameters["source"], ",") + 1; images > 1 {
		mirror += " " + count(images, "image")
	}
	return mirror + " to " + count(len(strings.Split(j.Parameters["dest"], ",")), "destination")
}

// reason says why the job ended.
func (j job) reason() string {
	if j.Container != nil && j.Container.ExitCode != nil {
		return fmt.Sprintf("exit code %d", *j.Container.ExitCode)
	}
	return aws.ToString(j.StatusReason)
}

// finish waits until all jobs have ended, those too that came of others, and shows
// and returns those that were not shown before. A failed one is a problem.
func (d *demo) finish(ctx context.Context) ([]job, error) {
	if err := d.server.Jobs().Idle(ctx); err != nil {
		return nil, err
	}
	var jobs []job
	for _, queue := range []string{controllerQueue, mirrorQueue} {
		more, err := d.newJobs(ctx, queue)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, more...)
	}
	slices.SortStableFunc(jobs, func(a, b job) int {
		return cmp.Compare(aws.ToInt64(a.CreatedAt), aws.ToInt64(b.CreatedAt))
	})
	d.showJobs(jobs)
	return jobs, nil
}

// newJobs returns the queue's jobs that were not returned before.
func (d *demo) newJobs(ctx context.Context, queue string) ([]job, error) {
	client := batch.NewFromConfig(d.server.Config())
	ids, err := d.newJobIDs(ctx, client, queue)
	if err != nil {
		return nil, err
	}
	var jobs []job
	for some := range slices.Chunk(ids, 100) { // the most that DescribeJobs takes
		out, err := client.DescribeJobs(ctx, &batch.DescribeJobsInput{Jobs: some})
		if err != nil {
			return nil, fmt.Errorf("describing jobs: %w", err)
		}
		for _, detail := range out.Jobs {
			jobs = append(jobs, job{queue, detail})
		}
	}
	return jobs, nil
}

func (d *demo) newJobIDs(ctx context.Context, client *batch.Client, queue string) (ids []string, err error) {
	pages := batch.NewListJobsPaginator(client, &batch.ListJobsInput{
		JobQueue: aws.String(queue),
		// With a filter, jobs of all states are listed.
		Filters: []types.KeyValuesPair{{Name: aws.String("JOB_NAME"), Values: []string{"*"}}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing jobs: %w", err)
		}
		for _, summary := range page.JobSummaryList {
			if id := aws.ToString(summary.JobId); !d.seen[id] {
				d.seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	return ids, nil
}

func (d *demo) showJobs(jobs []job) {
	rows := make([][]string, len(jobs))
	for i, j := range jobs {
		seconds := float64(aws.ToInt64(j.StoppedAt)-aws.ToInt64(j.StartedAt)) / 1000
		rows[i] = []string{
			aws.ToString(j.JobName), string(j.Status), strconv.Itoa(len(j.Attempts)),
			fmt.Sprintf("%.1f s", seconds), j.subject(),
		}
	}
	if len(rows) > 0 {
		d.story.Table([]string{"JOB", "STATUS", "ATTEMPTS", "RAN", "WHAT"}, rows)
	}
	for _, j := range jobs {
		if j.succeeded() {
			d.tally.jobs++
			continue
		}
		d.expect(false, "job %s (%s) is %s: %s", aws.ToString(j.JobName), j.subject(), j.Status, j.reason())
		log, _ := d.server.Jobs().Log(aws.ToString(j.JobId), 0)
		d.story.Output(lastLines(string(log)))
	}
}

func lastLines(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-logLines):], "\n")
}

// of returns the jobs of a queue.
func of(queue string, jobs []job) []job {
	return slices.DeleteFunc(slices.Clone(jobs), func(j job) bool { return j.queue != queue })
}
