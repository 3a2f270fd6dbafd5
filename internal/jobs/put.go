package jobs

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/request"
	"ecrmirror/internal/sleep"
)

const (
	// submissions is how often a job is submitted at most, if it is not there after a
	// submission that got no reply.
	submissions = 3
	// skew is how far the clocks here and at Batch may be apart: more, and it refuses signatures.
	skew = 15 * time.Minute
)

// Placed is a job that is in the queue now.
type Placed struct {
	ID     string
	Others bool // somebody else's of the same name, which copies to all these destinations
}

// Put submits a job of that name for a piece; see [Queue.Pieces]. Where no reply comes, it looks whether the job is in
// the queue before it submits it again. If the piece has options that are not those of a plain copy, it looks at the
// job definition first, at most once in five minutes. The error is an [*Error], or a [*NoOptionsError] where that takes
// none.
func (q *Queue) Put(ctx context.Context, name string, piece request.Request) (Placed, error) {
	definition, err := q.definitionFor(ctx, piece.Options)
	if err != nil {
		return Placed{}, err
	}
	in := q.input(definition, name, piece)
	began := time.Now()
	for n := 1; ; n++ {
		out, err := q.api.SubmitJob(ctx, in, func(o *batch.Options) { o.Retryer = q.submitter })
		if err == nil {
			return Placed{ID: aws.ToString(out.JobId)}, nil
		}
		if !uncertain(err) {
			return Placed{}, q.failure("submitting a job", err)
		}
		if sleep.For(ctx, q.settle<<(n-1)) != nil {
			return Placed{}, unknown(q.failure("submitting a job", err))
		}
		found, lookErr := q.find(ctx, in, began)
		switch {
		case lookErr != nil:
			return Placed{}, unknown(q.failure("looking for a job whose submission got no reply", lookErr))
		case found != Placed{}:
			return found, nil
		case n == submissions:
			return Placed{}, q.failure("submitting a job", err)
		}
	}
}

// input is what is submitted. Of its tags, those of ours tell the job from others of the same name.
func (q *Queue) input(definition, name string, r request.Request) *batch.SubmitJobInput {
	tags := map[string]string{}
	maps.Copy(tags, r.Labels)
	maps.Copy(tags, map[string]string{
		contract.TagSource:     tagValue(r.Source()),
		contract.TagDigest:     tagValue(r.Digests()),
		contract.TagSubmission: rand.Text(),
	})
	return &batch.SubmitJobInput{
		JobName:       aws.String(name),
		JobQueue:      &q.queue,
		JobDefinition: &definition,
		Parameters:    r.Parameters(),
		PropagateTags: aws.Bool(true),
		Tags:          tags,
	}
}

// find returns the job that was submitted as in since began, or else another of its name
// that does the same and has not ended. It is the zero value if there is none.
func (q *Queue) find(ctx context.Context, in *batch.SubmitJobInput, began time.Time) (Placed, error) {
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
		return Placed{}, err
	}
	var found Placed
	err = q.describe(ctx, ids, func(job types.JobDetail) {
		switch {
		case job.Tags[contract.TagSubmission] == in.Tags[contract.TagSubmission]:
			found = Placed{ID: aws.ToString(job.JobId)}
		case found == Placed{} && !ended(job.Status) && does(job.Parameters, in.Parameters):
			found = Placed{ID: aws.ToString(job.JobId), Others: true}
		}
	})
	return found, err
}

// does reports whether a job does what another is asked to. Two controllers may each have got some of the destinations
// that the name stands for.
func does(has, asked map[string]string) bool {
	source, destinations, options := request.Asked(has)
	wantSource, wanted, wantOptions := request.Asked(asked)
	return source == wantSource && options == wantOptions && !slices.ContainsFunc(wanted, func(d string) bool {
		return !slices.Contains(destinations, d)
	})
}

func ended(status types.JobStatus) bool {
	return status == types.JobStatusSucceeded || status == types.JobStatusFailed
}
