package controller

import (
	"context"
	"errors"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/request"
)

// batchSize is how many jobs are submitted together at most: as many as AWS Batch can be
// asked about in one call.
const batchSize = 100

// pending is a decision whose job is to be submitted.
type pending struct {
	entry    entry.Entry
	decision Decision
	request  request.Request
}

// submitting goes through entries, submits what is stale as it goes, and writes statuses.
func (r *run) submitting(parent context.Context, read reader) (Report, error) {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	if r.Status != nil {
		r.recorder = r.Status()
		r.record = r.recorder.Record
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := r.submit(ctx); err != nil {
			cancel(err)
		}
	}()
	err := r.judge(ctx, read, r.dispatch)
	close(r.queue)
	<-done
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	r.closeRecorder(parent)
	r.report.Duration = r.clock().Sub(r.now)
	return r.report, err
}

// dispatch is what a sweep and an event take decisions by. An entry that has expired meanwhile is
// dropped.
func (r *run) dispatch(ctx context.Context, entry entry.Entry, d Decision) {
	if r.expired(entry) {
		return
	}
	wants, stale := d.Request()
	if !stale {
		r.conclude(ctx, entry, d)
		return
	}
	select {
	case r.queue <- pending{entry, d, wants}:
	case <-ctx.Done():
	}
}

func (r *run) expired(entry entry.Entry) bool {
	gone := !entry.Expires.IsZero() && entry.Expires.Unix() <= r.clock().Unix()
	if gone {
		r.log.Debug("expired", "source", entry.Source)
	}
	return gone
}

// listedFor is how long a listing of the jobs in flight is good: others submit jobs, too, and jobs end.
const listedFor = 5 * time.Minute

// submit submits the jobs in the queue until it is closed or ctx ends. Its error means that nothing
// can be submitted: the jobs in flight could not be listed. They are listed when
// there is something to submit, which is once in most runs.
func (r *run) submit(ctx context.Context) error {
	for first := range r.queue {
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the run tells of its context by itself
		}
		if now := time.Now(); r.inFlight == nil || now.Sub(r.listed) > listedFor {
			var err error
			if r.inFlight, err = r.Jobs.InFlight(ctx); err != nil {
				return err
			}
			r.listed = now
		}
		r.submitBatch(ctx, r.batch(first))
	}
	return nil
}

// batch returns first and what else waits in the queue, without what has expired since.
func (r *run) batch(first pending) (batch []pending) {
	for p, more := first, true; more; {
		if !r.expired(p.entry) {
			batch = append(batch, p)
		}
		if len(batch) == batchSize {
			return batch
		}
		select {
		case p, more = <-r.queue:
		default:
			more = false
		}
	}
	return batch
}

func (r *run) submitBatch(ctx context.Context, batch []pending) {
	requests := make([]request.Request, len(batch))
	for i, p := range batch {
		requests[i] = p.request
	}
	for i, result := range r.Jobs.Submit(ctx, r.inFlight, requests) {
		if result.Err != nil && ctx.Err() != nil { // it did not fail by itself
			result.Err = nil
		}
		d := batch[i].decision
		d.settle(result)
		r.mu.Lock()
		r.report.Submitted += len(result.Submitted)
		r.report.InFlight += len(result.InFlight)
		r.mu.Unlock()
		r.conclude(ctx, batch[i].entry, d)
	}
}

// closeRecorder waits until the statuses are written, and warns of those that could not be.
func (r *run) closeRecorder(ctx context.Context) {
	if r.recorder == nil {
		return
	}
	recorded := r.recorder.Close()
	r.report.Unrecorded = recorded.Failed
	if recorded.Failed > 0 && ctx.Err() == nil && !errors.Is(recorded.Err, context.Canceled) {
		r.log.Warn("statuses not written", "entries", recorded.Failed, "reason", recorded.Err.Error())
	}
}
