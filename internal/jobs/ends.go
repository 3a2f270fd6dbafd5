package jobs

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
)

// An End says how a job stands.
type End struct {
	Ended     bool
	Succeeded bool
	Unknown   bool // Batch does not know it any more, or not yet: of DescribeJobs it is not documented
	// Gone says that the program that ran it has ended, and nobody knows what became of it. Ended is true then. Batch
	// has no such jobs, but a program that runs jobs by itself.
	Gone    bool
	Because string // what Batch says of its end; "" = nothing
}

// Ends returns how jobs stand, by their ids. One that Batch does not know any more has ended.
func (q *Queue) Ends(ctx context.Context, ids []string) (map[string]End, error) {
	ends := map[string]End{}
	for _, id := range ids {
		ends[id] = End{Ended: true, Unknown: true, Because: "AWS Batch does not know it any more"}
	}
	distinct := slices.Sorted(maps.Keys(ends)) // the destinations of an image have one job
	err := q.describe(ctx, distinct, func(job types.JobDetail) {
		ends[aws.ToString(job.JobId)] = End{
			Ended: ended(job.Status), Succeeded: job.Status == types.JobStatusSucceeded, Because: because(job),
		}
	})
	if err != nil {
		return nil, q.failure("looking at jobs that were submitted", err)
	}
	return ends, nil
}

// because returns what Batch says of a job's end, its container's own reason first.
func because(job types.JobDetail) string {
	if job.Container != nil && aws.ToString(job.Container.Reason) != "" {
		return aws.ToString(job.Container.Reason)
	}
	return aws.ToString(job.StatusReason)
}
