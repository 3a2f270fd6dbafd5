// Package jobs submits mirror jobs to AWS Batch, each of them once while it is in
// flight.
//
// A job's name says what it copies: its source, the source's digest and its
// destinations. So a listing of names is enough to know whether the same job is in
// flight, and what a listing can't tell, which destinations a job with others copies,
// is looked up for those jobs alone.
//
// A job definition of an older version may take no options. Batch passes over a parameter
// that the command does not refer to, so a job with options would be a plain copy there. A
// request that has options is therefore submitted only after a look at the definition, and
// to the revision that was looked at.
//
// SubmitJob has no token that makes it idempotent. A submission that may have taken
// place although no reply came is looked for in the queue before it is made again.
// What is left is a race between two controllers at the same moment. It costs time and
// nothing else, because copying is idempotent: the second job finds everything in place.
package jobs

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/request"
)

// API is the calls to AWS Batch that this package makes.
type API interface {
	ListJobs(context.Context, *batch.ListJobsInput, ...func(*batch.Options)) (*batch.ListJobsOutput, error)
	DescribeJobs(context.Context, *batch.DescribeJobsInput, ...func(*batch.Options)) (*batch.DescribeJobsOutput, error)
	SubmitJob(context.Context, *batch.SubmitJobInput, ...func(*batch.Options)) (*batch.SubmitJobOutput, error)
	DescribeJobDefinitions(
		context.Context, *batch.DescribeJobDefinitionsInput, ...func(*batch.Options),
	) (*batch.DescribeJobDefinitionsOutput, error)
}

// A Queue is a Batch job queue and the definition of the mirror job that goes into
// it. It is safe for concurrent use if its API is.
type Queue struct {
	api        API
	queue      string
	definition string
	longest    int           // characters of a job's source, destinations and options
	submitter  aws.Retryer   // paces and retries SubmitJob
	settle     time.Duration // from a lost reply to the first look whether the job is there
	active     active        // what was found of the definition
}

// New returns the queue with the given name or ARN, and the job definition with the
// given name, name:revision or ARN. It makes no call.
func New(api API, queue, definition string) *Queue {
	return &Queue{
		api: api, queue: queue, definition: definition, longest: contract.DefaultJobParameters,
		submitter: newSubmitter(), settle: time.Second, active: active{lasts: definitionLasts},
	}
}

// Longest sets how many characters the source, the destinations and the options of a job may have together, commas
// included. ECS limits the overrides of a task, and a job definition with a large environment leaves less of them.
func (q *Queue) Longest(characters int) *Queue {
	q.longest = characters
	return q
}

// A Result is what became of one request.
type Result struct {
	Submitted []Submission     // the jobs: several if the destinations are too many for one
	InFlight  []string         // destinations that were left out: a job copies to them, or has just done so
	Kept      map[string]error // destinations that get no job for reasons of their own
	Err       error            // why the other destinations have no job; nil if there are none
}

// A Submission is a job that was submitted.
type Submission struct {
	ID           string   // as AWS Batch calls it
	Destinations []string // those that it copies to
}

// imagesOfAJob is how many images a job is asked for at most. How long a job takes is not known before; it begins no
// image after an hour.
const imagesOfAJob = 50

// Together puts requests of one image each together, as far as a job can be asked for several.
func (q *Queue) Together(requests []request.Request) []request.Group {
	return request.Together(requests, imagesOfAJob, q.longest)
}

// Pieces splits a request into those that a job each can be asked.
func (q *Queue) Pieces(r request.Request) ([]request.Request, error) { return r.Split(q.longest) }

// JobFor returns the id of the job that was submitted for a destination, and "" if none was.
func (r Result) JobFor(destination string) string {
	for _, s := range r.Submitted {
		if slices.Contains(s.Destinations, destination) {
			return s.ID
		}
	}
	return ""
}

// concurrency is how many jobs are submitted at a time: enough for 50 a second where
// a call takes some hundred milliseconds.
const concurrency = 16

// Submit submits jobs for requests, and returns a result for each, in order. The images of a request must have digests.
// A destination is left out if a job in flight copies the same source at the same digest to it. Destinations that are
// too many for one job go into several. At most 50 SubmitJob calls are made in a second, retries counted. An error of
// one request does not stop the others.
//
// Before the first job whose options are not those of a plain copy, it looks at the job definition, and again after
// five minutes. Where that takes no options, the request's error is a [*NoOptionsError].
func (q *Queue) Submit(ctx context.Context, inFlight InFlight, requests []request.Request) []Result {
	results := make([]Result, len(requests))
	copying, err := q.copying(ctx, inFlight, requests)
	if err != nil {
		for i := range results {
			results[i].Err = err
		}
		return results
	}
	slots := make(chan struct{}, concurrency)
	var wg sync.WaitGroup
	for i, r := range requests {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			results[i] = q.submit(ctx, copying, r)
		})
	}
	wg.Wait()
	return results
}
