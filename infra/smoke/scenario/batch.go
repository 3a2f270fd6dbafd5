package scenario

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"ecrmirror/infra/smoke/answers"
)

// jobTime is how long a job may wait for capacity and run.
const jobTime = 15 * time.Minute

// active are the states of jobs that have not ended.
var active = []types.JobStatus{
	types.JobStatusSubmitted, types.JobStatusPending, types.JobStatusRunnable, types.JobStatusStarting,
	types.JobStatusRunning,
}

// submit submits a job and returns its id.
func (s *Scenario) submit(
	ctx context.Context, name, queue, definition string, parameters map[string]string,
) (string, error) {
	made, err := s.batch.SubmitJob(ctx, &batch.SubmitJobInput{
		JobName: &name, JobQueue: &queue, JobDefinition: &definition, Parameters: parameters,
	})
	if err != nil {
		return "", err
	}
	return aws.ToString(made.JobId), nil
}

func (s *Scenario) job(ctx context.Context, id string) (types.JobDetail, error) {
	reply, err := s.batch.DescribeJobs(ctx, &batch.DescribeJobsInput{Jobs: []string{id}})
	if err != nil {
		return types.JobDetail{}, err
	}
	if len(reply.Jobs) != 1 {
		return types.JobDetail{}, fmt.Errorf("job %s is not known to Batch", id)
	}
	return reply.Jobs[0], nil
}

// ended waits until a job has ended, and keeps how.
func (s *Scenario) ended(ctx context.Context, id, keptAs string) (job types.JobDetail, err error) {
	err = s.until(ctx, jobTime, func(ctx context.Context) (bool, error) {
		job, err = s.job(ctx, id)
		return job.Status == types.JobStatusSucceeded || job.Status == types.JobStatusFailed, err
	})
	if err != nil {
		return job, fmt.Errorf("job %s (%s) has not ended, it is %s %s: %w",
			id, keptAs, job.Status, aws.ToString(job.StatusReason), err)
	}
	return job, s.Answers.Save("job-"+keptAs, answers.JobOf(job))
}

// told tells how a job ended, in Batch's words.
func told(job types.JobDetail) string {
	text := string(job.Status)
	if n := len(job.Attempts); n != 1 {
		text += fmt.Sprintf(" after %d attempts", n)
	}
	var parts []string
	if reason := aws.ToString(job.StatusReason); reason != "" {
		parts = append(parts, fmt.Sprintf("statusReason %q", reason))
	}
	if c := job.Container; c != nil {
		if c.ExitCode != nil {
			parts = append(parts, fmt.Sprintf("exit code %d", *c.ExitCode))
		}
		if reason := aws.ToString(c.Reason); reason != "" {
			parts = append(parts, fmt.Sprintf("reason %q", reason))
		}
	}
	if len(parts) == 0 {
		return text
	}
	return text + ": " + strings.Join(parts, ", ")
}

// sweepJob runs a sweep as its Batch job.
func (s *Scenario) sweepJob(ctx context.Context, keptAs string) (types.JobDetail, error) {
	id, err := s.submit(ctx, "smoke-"+keptAs, s.outputs["ControlQueue"], s.outputs["ControllerJob"], nil)
	if err != nil {
		return types.JobDetail{}, err
	}
	return s.ended(ctx, id, keptAs)
}

// idle waits until no mirror job is in flight, and returns how many have succeeded and failed.
func (s *Scenario) idle(ctx context.Context) (succeeded, failed int, err error) {
	queue := s.outputs["MirrorQueue"]
	err = s.until(ctx, jobTime, func(ctx context.Context) (bool, error) {
		for _, status := range active {
			n, err := s.count(ctx, queue, status)
			if err != nil || n > 0 {
				return false, err
			}
		}
		return true, nil
	})
	if err != nil {
		return 0, 0, fmt.Errorf("mirror jobs are in flight: %w", err)
	}
	if succeeded, err = s.count(ctx, queue, types.JobStatusSucceeded); err != nil {
		return 0, 0, err
	}
	failed, err = s.count(ctx, queue, types.JobStatusFailed)
	return succeeded, failed, err
}

func (s *Scenario) count(ctx context.Context, queue string, status types.JobStatus) (int, error) {
	n := 0
	pages := batch.NewListJobsPaginator(s.batch, &batch.ListJobsInput{JobQueue: &queue, JobStatus: status})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		n += len(page.JobSummaryList)
	}
	return n, nil
}
