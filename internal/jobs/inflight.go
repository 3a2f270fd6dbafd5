package jobs

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"ecrmirror/internal/request"
)

// InFlight has the mirror jobs of a queue that had not ended when they were listed, by the stems of their names; see
// [request.Request.Stem]. Jobs whose names [request.Request.Name] does not give are not in it.
type InFlight map[string][]listed

// listed is what a listing says of a job.
type listed struct{ name, id string }

// unfinished are the states of jobs that have not ended. A job moves on to a later one
// while they are listed, so that this order does not miss it; one that is to be tried
// again moves back to RUNNABLE, for which that is listed once more at the end.
var unfinished = []types.JobStatus{
	types.JobStatusSubmitted, types.JobStatusPending, types.JobStatusRunnable, types.JobStatusStarting,
	types.JobStatusRunning, types.JobStatusRunnable,
}

// InFlight lists the mirror jobs of the queue that have not ended. It takes one call
// for each state and 1,000 jobs of it, six at least, so it is asked once for a whole sweep.
func (q *Queue) InFlight(ctx context.Context) (InFlight, error) {
	seen := map[string]bool{}
	inFlight := InFlight{}
	for _, status := range unfinished {
		err := q.list(ctx, &batch.ListJobsInput{JobQueue: &q.queue, JobStatus: status}, func(job types.JobSummary) {
			name, id := aws.ToString(job.JobName), aws.ToString(job.JobId)
			if stem, ours := request.StemOf(name); ours && !seen[id] {
				seen[id] = true
				inFlight[stem] = append(inFlight[stem], listed{name, id})
			}
		})
		if err != nil {
			return nil, q.failure("listing jobs in flight", err)
		}
	}
	return inFlight, nil
}

// list hands each job of a listing to take.
func (q *Queue) list(ctx context.Context, in *batch.ListJobsInput, take func(types.JobSummary)) error {
	pages := batch.NewListJobsPaginator(q.api, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, patiently)
		if err != nil {
			return err
		}
		for _, job := range page.JobSummaryList {
			take(job)
		}
	}
	return nil
}

// describable is how many ids DescribeJobs takes in one call.
const describable = 100

// describe hands the jobs with these ids, those of them that exist, to take.
func (q *Queue) describe(ctx context.Context, ids []string, take func(types.JobDetail)) error {
	for chunk := range slices.Chunk(ids, describable) {
		out, err := q.api.DescribeJobs(ctx, &batch.DescribeJobsInput{Jobs: chunk}, patiently)
		if err != nil {
			return err
		}
		for _, job := range out.Jobs {
			take(job)
		}
	}
	return nil
}

// Has reports whether a job of that name is in flight.
func (f InFlight) Has(name string) bool { return f.ID(name) != "" }

// ID returns the id of a job of that name that is in flight; "" if there is none.
func (f InFlight) ID(name string) string {
	stem, _ := request.StemOf(name)
	for _, job := range f[stem] {
		if job.name == name {
			return job.id
		}
	}
	return ""
}

// copyOf identifies the copy of a source to a destination, with these options, by jobs whose names begin alike.
type copyOf struct{ stem, source, options, destination string }

// copying returns the copies among those of the requests that are in flight. Where all pieces
// of a request are in flight by their names, the names say so. Otherwise the other jobs of
// that source and digest are asked which destinations they have.
func (q *Queue) copying(ctx context.Context, inFlight InFlight, requests []request.Request) (map[copyOf]bool, error) {
	var ids []string
	copies := map[copyOf]bool{}
	asked := map[string]bool{}
	for _, r := range requests {
		stem, source, options := r.Stem(), r.Source(), r.Options.String()
		if inFlight.all(r, q.longest) {
			for _, destination := range r.Destinations {
				copies[copyOf{stem, source, options, destination.Text}] = true
			}
		} else if !asked[stem] {
			asked[stem] = true
			for _, other := range inFlight[stem] {
				ids = append(ids, other.id)
			}
		}
	}
	err := q.describe(ctx, ids, func(job types.JobDetail) {
		// One that has succeeded since it was listed has done what was to be done.
		if job.Status == types.JobStatusFailed {
			return
		}
		stem, _ := request.StemOf(aws.ToString(job.JobName))
		source, destinations, options := request.Asked(job.Parameters)
		for _, destination := range destinations {
			copies[copyOf{stem, source, options, destination}] = true
		}
	})
	if err != nil {
		return nil, q.failure("looking at jobs in flight", err)
	}
	return copies, nil
}

// all reports whether jobs with the names of all pieces of the request, of so many characters, are in flight.
func (f InFlight) all(r request.Request, longest int) bool {
	others := f[r.Stem()]
	if len(others) == 0 {
		return false
	}
	pieces, err := r.Split(longest)
	return err == nil && !slices.ContainsFunc(pieces, func(piece request.Request) bool {
		name := piece.Name()
		return !slices.ContainsFunc(others, func(other listed) bool { return other.name == name })
	})
}
