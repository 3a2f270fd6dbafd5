package jobs

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/request"
)

const (
	// submissions is how often a job is submitted at most, if it is not there after a
	// submission that got no reply.
	submissions = 3
	// skew is how far the clocks here and at Batch may be apart: more, and it refuses signatures.
	skew = 15 * time.Minute
)

// placed is a job that is in the queue now.
type placed struct {
	id     string
	others bool // somebody else's, which copies the same
}

// put submits a job of the definition for a request that is small enough. Where no reply comes, it looks whether the
// job is in the queue before it submits it again.
func (q *Queue) put(ctx context.Context, definition string, r request.Request) (placed, error) {
	in := q.input(definition, r)
	began := time.Now()
	for n := 1; ; n++ {
		out, err := q.api.SubmitJob(ctx, in, func(o *batch.Options) { o.Retryer = q.submitter })
		if err == nil {
			return placed{id: aws.ToString(out.JobId)}, nil
		}
		if !uncertain(err) || wait(ctx, q.settle<<(n-1)) != nil {
			return placed{}, q.failure("submitting a job", err)
		}
		found, lookErr := q.find(ctx, in, began)
		switch {
		case lookErr != nil:
			return placed{}, q.failure("looking for a job whose submission got no reply", lookErr)
		case found != placed{}:
			return found, nil
		case n == submissions:
			return placed{}, q.failure("submitting a job", err)
		}
	}
}

// input is what is submitted. The tags tell the job from others of the same name.
func (q *Queue) input(definition string, r request.Request) *batch.SubmitJobInput {
	return &batch.SubmitJobInput{
		JobName:       aws.String(r.Name()),
		JobQueue:      &q.queue,
		JobDefinition: &definition,
		Parameters:    r.Parameters(),
		PropagateTags: aws.Bool(true),
		Tags: map[string]string{
			contract.TagSource:     tagValue(r.Source()),
			contract.TagDigest:     tagValue(r.Digests()),
			contract.TagSubmission: rand.Text(),
		},
	}
}

// find returns the job that was submitted as in since began, or else another of its name
// that has not ended. It is the zero value if there is none.
func (q *Queue) find(ctx context.Context, in *batch.SubmitJobInput, began time.Time) (placed, error) {
	name, earliest := aws.ToString(in.JobName), began.Add(-skew).UnixMilli()
	byName := []types.KeyValuesPair{{Name: aws.String("JOB_NAME"), Values: []string{name}}}
	var ids []string
	err := q.list(ctx, &batch.ListJobsInput{JobQueue: in.JobQueue, Filters: byName}, func(job types.JobSummary) {
		// The filter takes all cases, and all states.
		if aws.ToString(job.JobName) == name && (!ended(job.Status) || aws.ToInt64(job.CreatedAt) >= earliest) {
			ids = append(ids, aws.ToString(job.JobId))
		}
	})
	if err != nil {
		return placed{}, err
	}
	var found placed
	err = q.describe(ctx, ids, func(job types.JobDetail) {
		switch {
		case job.Tags[contract.TagSubmission] == in.Tags[contract.TagSubmission]:
			found = placed{id: aws.ToString(job.JobId)}
		case found == placed{} && !ended(job.Status):
			found = placed{id: aws.ToString(job.JobId), others: true}
		}
	})
	return found, err
}

func ended(status types.JobStatus) bool {
	return status == types.JobStatusSucceeded || status == types.JobStatusFailed
}

// wait waits for d, or until ctx ends, whose error it returns then.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
