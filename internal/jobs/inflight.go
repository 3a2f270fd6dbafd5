package jobs

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/imagename"
)

// InFlight is the jobs of a queue that had not ended when they were listed: their
// ids by job name.
type InFlight map[string][]string

// unfinished are the states of jobs that have not ended. A job that moves on while
// they are listed moves to a later one, so that this order does not miss it.
var unfinished = []types.JobStatus{
	types.JobStatusSubmitted, types.JobStatusPending, types.JobStatusRunnable, types.JobStatusStarting, types.JobStatusRunning,
}

// InFlight lists the jobs of the queue that have not ended. It takes one call for
// each of five states and 1,000 jobs, so it is asked once for a whole sweep.
func (q *Queue) InFlight(ctx context.Context) (InFlight, error) {
	seen := map[string]bool{}
	inFlight := InFlight{}
	for _, status := range unfinished {
		pages := batch.NewListJobsPaginator(q.api, &batch.ListJobsInput{JobQueue: aws.String(q.queue), JobStatus: status})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, q.failure("listing jobs in flight", err)
			}
			for _, job := range page.JobSummaryList {
				name, id := aws.ToString(job.JobName), aws.ToString(job.JobId)
				if !seen[id] {
					seen[id] = true
					inFlight[name] = append(inFlight[name], id)
				}
			}
		}
	}
	return inFlight, nil
}

// describable is how many ids DescribeJobs takes in one call.
const describable = 100

// copyOf identifies the copy of a source to a destination by jobs of one name.
type copyOf struct{ job, source, destination string }

// copying returns the copies that those jobs in flight make which have the names of
// the given jobs. What a listing leaves out, the destinations, it reads from their
// parameters.
func (q *Queue) copying(ctx context.Context, inFlight InFlight, jobs []Job) (map[copyOf]bool, error) {
	var ids []string
	named := map[string]bool{}
	for _, job := range jobs {
		if name := Name(job); !named[name] {
			named[name] = true
			ids = append(ids, inFlight[name]...)
		}
	}
	copies := map[copyOf]bool{}
	for chunk := range slices.Chunk(ids, describable) {
		out, err := q.api.DescribeJobs(ctx, &batch.DescribeJobsInput{Jobs: chunk})
		if err != nil {
			return nil, q.failure("looking at jobs in flight", err)
		}
		for _, job := range out.Jobs {
			// One that has succeeded since it was listed has done what was to be done.
			if job.Status == types.JobStatusFailed {
				continue
			}
			for _, dest := range imagename.SplitList(job.Parameters[contract.ParamDest]) {
				copies[copyOf{aws.ToString(job.JobName), job.Parameters[contract.ParamSource], dest}] = true
			}
		}
	}
	return copies, nil
}
