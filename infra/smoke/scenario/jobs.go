package scenario

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"ecrmirror/infra/smoke/steps"
)

// eventTime is how long an event may take to start a job.
const eventTime = 5 * time.Minute

// firstSweep waits for the sweep that a deployment starts.
func (s *Scenario) firstSweep(ctx context.Context) (string, error) {
	var found types.JobSummary
	err := s.within(ctx, eventTime, func(ctx context.Context) (bool, error) {
		for _, status := range append(active, types.JobStatusSucceeded, types.JobStatusFailed) {
			page, err := s.batch.ListJobs(
				ctx, &batch.ListJobsInput{JobQueue: aws.String(s.outputs["ControlQueue"]), JobStatus: status},
			)
			if err != nil {
				return false, err
			}
			if len(page.JobSummaryList) > 0 {
				found = page.JobSummaryList[0]
				return true, nil
			}
		}
		return false, nil
	})
	switch {
	case err == nil:
	case s.Emulated && ctx.Err() == nil && code(err) == "":
		return "", &steps.AbsentError{What: "EventBridge with CloudFormation's events"}
	default:
		return "", fmt.Errorf("nothing swept after the deployment: %w", err)
	}
	job, err := s.ended(ctx, aws.ToString(found.JobId), "first-sweep")
	if err != nil {
		return "", err
	}
	if job.Status != types.JobStatusSucceeded {
		return "", errors.New("the first sweep ended " + told(job))
	}
	return told(job), nil
}

// longest is about how many characters of parameters a job gets.
const longest = 6000

// longParameters mirrors one image to as many tags as 6,000 characters name.
func (s *Scenario) longParameters(ctx context.Context) (string, error) {
	var destinations []string
	total := 0
	for i := 0; total < longest; i++ {
		name := s.name(s.destination(), fmt.Sprintf("long-%d", i))
		destinations = append(destinations, name)
		total += len(name) + 1
	}
	id, err := s.submit(ctx, "smoke-parameters", s.outputs["MirrorQueue"], s.outputs["MirrorJob"], map[string]string{
		"source": s.name(s.source(), tagOf(1)), "dest": strings.Join(destinations, ","),
	})
	if err != nil {
		return "", err
	}
	job, err := s.ended(ctx, id, "parameters")
	if err != nil {
		return "", err
	}
	if job.Status != types.JobStatusSucceeded {
		return "", fmt.Errorf("the job with %d characters ended %s", total, told(job))
	}
	return fmt.Sprintf("%d characters: %s", total, told(job)), nil
}

// badImage runs a job whose image does not exist, with the rules for retries of mirror jobs.
func (s *Scenario) badImage(ctx context.Context) (string, error) {
	definition, err := s.definitionWithBadImage(ctx)
	if err != nil {
		return "", err
	}
	id, err := s.submit(ctx, "smoke-bad-image", s.outputs["MirrorQueue"], definition, map[string]string{
		"source": s.name(s.source(), tagOf(1)), "dest": s.name(s.destination(), "bad-image"),
	})
	if err != nil {
		return "", err
	}
	job, err := s.ended(ctx, id, "bad-image")
	switch {
	case err != nil:
		return "", err
	case job.Status == types.JobStatusFailed:
		return told(job), nil
	case s.Emulated:
		return "", &steps.AbsentError{What: "Batch that pulls images"}
	}
	return "", errors.New("a job without an image ended " + told(job))
}

// definitionWithBadImage registers the mirror job's definition once more, with another image.
func (s *Scenario) definitionWithBadImage(ctx context.Context) (string, error) {
	mirrorJob := s.outputs["MirrorJob"]
	in := &batch.DescribeJobDefinitionsInput{JobDefinitionName: &mirrorJob, Status: aws.String("ACTIVE")}
	if strings.HasPrefix(mirrorJob, "arn:") {
		// The list takes no other parameter beside it.
		in = &batch.DescribeJobDefinitionsInput{JobDefinitions: []string{mirrorJob}}
	}
	found, err := s.batch.DescribeJobDefinitions(ctx, in)
	if err != nil {
		return "", err
	}
	if len(found.JobDefinitions) == 0 {
		return "", errors.New("Batch does not know the job definition " + mirrorJob)
	}
	mirror := found.JobDefinitions[0]
	container := *mirror.ContainerProperties
	container.Image = aws.String(s.name(s.source(), "does-not-exist"))
	retries := *mirror.RetryStrategy
	retries.Attempts = aws.Int32(2)
	name := s.Stack.Name + "-bad-image"
	made, err := s.batch.RegisterJobDefinition(ctx, &batch.RegisterJobDefinitionInput{
		JobDefinitionName: &name, Type: types.JobDefinitionTypeContainer, ContainerProperties: &container,
		Parameters:           mirror.Parameters,
		PlatformCapabilities: mirror.PlatformCapabilities, RetryStrategy: &retries, Timeout: mirror.Timeout,
	})
	if err != nil {
		return "", err
	}
	arn := aws.ToString(made.JobDefinitionArn)
	s.later("aws batch deregister-job-definition --job-definition "+arn, func(ctx context.Context) error {
		_, err := s.batch.DeregisterJobDefinition(ctx, &batch.DeregisterJobDefinitionInput{JobDefinition: &arn})
		return err
	})
	return arn, nil
}

// stoppedJob stops a job at its work. Its source is an address where nothing answers, so that it takes a while.
func (s *Scenario) stoppedJob(ctx context.Context) (string, error) {
	host := cmp.Or(s.Silent, "192.0.2.1") // TEST-NET-1 of RFC 5737
	id, err := s.submit(ctx, "smoke-stopped", s.outputs["MirrorQueue"], s.outputs["MirrorJob"], map[string]string{
		"source": host + "/nothing:1",
		"dest":   s.name(s.destination(), "stopped"),
	})
	if err != nil {
		return "", err
	}
	var job types.JobDetail
	err = s.until(ctx, jobTime, func(ctx context.Context) (bool, error) {
		job, err = s.job(ctx, id)
		return job.Status == types.JobStatusRunning || job.Status == types.JobStatusSucceeded ||
			job.Status == types.JobStatusFailed, err
	})
	switch {
	case err != nil:
		return "", err
	case job.Status != types.JobStatusRunning:
		return "", fmt.Errorf("the job ended before it was stopped: %s. If its network refuses or answers for %s, "+
			"where nothing should answer, name another host by SMOKE_FLAGS='-silent HOST'", told(job), host)
	}
	_, err = s.batch.TerminateJob(ctx, &batch.TerminateJobInput{
		JobId: &id, Reason: aws.String("smoke: stopped by hand"),
	})
	if err != nil {
		return "", err
	}
	if job, err = s.ended(ctx, id, "stopped"); err != nil {
		return "", err
	}
	if job.Status != types.JobStatusFailed {
		return "", errors.New("a job that is stopped ended otherwise: " + told(job))
	}
	return fmt.Sprintf("%s: statusReason %q", job.Status, aws.ToString(job.StatusReason)), nil
}
