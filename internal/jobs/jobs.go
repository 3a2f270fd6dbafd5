// Package jobs submits mirror jobs to AWS Batch, each of them once while it is in
// flight.
//
// Looking for equal jobs and then submitting is a race: two controllers, or a
// retried SubmitJob whose reply was lost, can put the same job into the queue
// twice. Batch has no token against that. It costs time and nothing else, because
// copying is idempotent: the second job finds everything in place.
package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/smithy-go"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/contract"
)

// API is the calls to AWS Batch that this package makes.
type API interface {
	ListJobs(context.Context, *batch.ListJobsInput, ...func(*batch.Options)) (*batch.ListJobsOutput, error)
	DescribeJobs(context.Context, *batch.DescribeJobsInput, ...func(*batch.Options)) (*batch.DescribeJobsOutput, error)
	SubmitJob(context.Context, *batch.SubmitJobInput, ...func(*batch.Options)) (*batch.SubmitJobOutput, error)
}

// A Job is one image to be copied to its stale destinations.
type Job struct {
	Source       string        // image name, as the mirror program is to see it
	Digest       digest.Digest // what the source is now; it becomes part of the job's name, and is not passed on
	Destinations []string      // image names, at least one, without commas
}

// A Queue is a Batch job queue and the definition of the mirror job that goes into
// it. It is safe for concurrent use if its API is.
type Queue struct {
	api        API
	queue      string
	definition string
}

// New returns the queue with the given name or ARN, and the job definition with the
// given name, name:revision or ARN. It makes no call.
func New(api API, queue, definition string) *Queue {
	return &Queue{api: api, queue: queue, definition: definition}
}

// A Result is what became of one [Job].
type Result struct {
	Submitted []string // ids of the jobs submitted: none, one, or several where the destinations are too many for one
	InFlight  []string // destinations left out because an equal job in flight, or just ended well, has them
	Err       error    // what stopped the rest, nil if nothing did
}

// Submit submits jobs one after another, without the destinations that equal jobs
// among those inFlight take care of, and returns a result for each, in order. Two
// jobs are equal if they have the same source at the same digest. One job's error does
// not stop the others.
func (q *Queue) Submit(ctx context.Context, inFlight InFlight, jobs []Job) []Result {
	results := make([]Result, len(jobs))
	copying, err := q.copying(ctx, inFlight, jobs)
	for i, job := range jobs {
		if err != nil {
			results[i].Err = err
			continue
		}
		var rest []string
		for _, dest := range job.Destinations {
			if copying[copyOf{Name(job), job.Source, dest}] {
				results[i].InFlight = append(results[i].InFlight, dest)
			} else {
				rest = append(rest, dest)
			}
		}
		results[i].Submitted, results[i].Err = q.submit(ctx, Job{job.Source, job.Digest, rest})
	}
	return results
}

func (q *Queue) submit(ctx context.Context, job Job) (ids []string, err error) {
	lists, err := split(job.Source, job.Destinations)
	if err != nil {
		return nil, err
	}
	for _, list := range lists {
		out, err := q.api.SubmitJob(ctx, &batch.SubmitJobInput{
			JobName:       aws.String(Name(job)),
			JobQueue:      aws.String(q.queue),
			JobDefinition: aws.String(q.definition),
			Parameters:    map[string]string{contract.ParamSource: job.Source, contract.ParamDest: list},
		})
		if err != nil {
			return ids, q.failure("submitting a job", err)
		}
		ids = append(ids, aws.ToString(out.JobId))
	}
	return ids, nil
}

// An Error is a refusal of, or the failure of a call to, AWS Batch.
type Error struct {
	Doing      string // what was being done
	Queue      string // the queue's name or ARN
	Definition string // the job definition's name or ARN
	Err        error  // of the SDK
}

// Error says what Batch said where Batch said something: it names what does not
// exist, but not by the names that the user gave.
func (e *Error) Error() string {
	cause := e.Err.Error()
	var api smithy.APIError
	if errors.As(e.Err, &api) && api.ErrorMessage() != "" {
		cause = api.ErrorCode() + ": " + api.ErrorMessage()
	}
	return fmt.Sprintf("%s (queue %q, job definition %q): %s", e.Doing, e.Queue, e.Definition, cause)
}

// Unwrap returns the SDK's error.
func (e *Error) Unwrap() error { return e.Err }

func (q *Queue) failure(doing string, err error) error {
	return &Error{Doing: doing, Queue: q.queue, Definition: q.definition, Err: err}
}
