package controller

import (
	"context"
	"errors"
	"slices"

	"ecrmirror/internal/jobs"
	"ecrmirror/internal/table"
)

// batchSize is how many jobs are submitted together: as many as AWS Batch can be
// asked about in one call.
const batchSize = 100

// pending is a job to be submitted.
type pending struct {
	job    jobs.Job
	failed bool // the entry counts as failed already, for another destination
}

// submitStale is what a sweep and an event take decisions by. The caller holds mu.
func (r *run) submitStale(ctx context.Context, d Decision) error {
	job, wanted := d.Job()
	if !wanted {
		return nil
	}
	r.pending = append(r.pending, pending{job, d.failed()})
	if len(r.pending) < batchSize {
		return nil
	}
	return r.flush(ctx)
}

// flush submits the pending jobs. Its error means that nothing was submitted, and
// that nothing can be: the jobs in flight could not be listed. They are listed once
// in a run, when there is something to submit.
func (r *run) flush(ctx context.Context) error {
	batch := r.pending
	r.pending = nil
	if len(batch) == 0 {
		return nil
	}
	if r.inFlight == nil && r.blind == nil {
		r.inFlight, r.blind = r.Jobs.InFlight(ctx)
	}
	if r.blind != nil {
		return r.blind
	}
	list := make([]jobs.Job, len(batch))
	for i, p := range batch {
		list[i] = p.job
	}
	for i, result := range r.Jobs.Submit(ctx, r.inFlight, list) {
		r.settle(ctx, batch[i], result)
	}
	return nil
}

// finish submits what is left after judging ended with err.
func (r *run) finish(ctx context.Context, err error) (Report, error) {
	if ctx.Err() == nil && r.blind == nil {
		err = errors.Join(err, r.flush(ctx))
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return r.report, err
}

// settle puts down what became of a pending job.
func (r *run) settle(ctx context.Context, p pending, result jobs.Result) {
	source := p.job.Source
	r.report.Submitted += len(result.Submitted)
	r.report.InFlight += len(result.InFlight)
	if len(result.InFlight) > 0 {
		r.log.Info("already in flight", "source", source, "digest", p.job.Digest, "destinations", result.InFlight)
	}
	if len(result.Submitted) > 0 {
		rest := slices.DeleteFunc(slices.Clone(p.job.Destinations), func(dest string) bool { return slices.Contains(result.InFlight, dest) })
		r.log.Info("submitted", "source", source, "digest", p.job.Digest, "destinations", rest, "jobs", result.Submitted)
	}
	if result.Err != nil && ctx.Err() == nil {
		r.log.Error("submitting failed", "source", source, "digest", p.job.Digest, "error", result.Err)
		r.report.fail(!p.failed, &table.EntryError{Source: source, Err: result.Err})
	}
}
