package controller

import (
	"context"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/request"
)

// batchSize is how many jobs are submitted together at most: as many as AWS Batch can be
// asked about in one call.
const batchSize = 100

// listedFor is how long a listing of the jobs in flight is good: others submit jobs, too, and jobs end.
const listedFor = 5 * time.Minute

// pending is an image for which a job is to be submitted.
type pending struct {
	image  image
	result entry.Result
}

// A submitter submits jobs as images come that are stale.
type submitter struct {
	jobs  Jobs
	tally *tally
	queue chan pending

	inFlight jobs.InFlight // nil until the first job is to be submitted
	listed   time.Time     // when those were listed
}

func newSubmitter(to Jobs, tally *tally) *submitter {
	return &submitter{jobs: to, tally: tally, queue: make(chan pending, batchSize)}
}

// take has a job submitted for an image whose result asks for one, and concludes the others. An entry that has expired
// meanwhile is dropped.
func (s *submitter) take(ctx context.Context, i image, result entry.Result) {
	if s.expired(i) {
		return
	}
	if !result.Stale() {
		s.tally.conclude(ctx, i, result)
		return
	}
	e := *i.entry // the wave's is gone by then
	i.entry = &e
	select {
	case s.queue <- pending{i, result}:
	case <-ctx.Done():
	}
}

func (s *submitter) expired(i image) bool {
	gone := i.entry != nil && i.entry.ExpiredBy(s.tally.clock())
	if gone {
		s.tally.log.Debug("expired", "source", i.entry.Source)
	}
	return gone
}

// run submits the jobs in the queue until it is closed or ctx ends. Its error means that nothing
// can be submitted: the jobs in flight could not be listed.
func (s *submitter) run(ctx context.Context) error {
	for first := range s.queue {
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the run tells of its context by itself
		}
		inFlight, err := s.listing(ctx)
		if err != nil {
			return err
		}
		batch, requests := s.batch(first)
		for i, submitted := range s.jobs.Submit(ctx, inFlight, requests) {
			if submitted.Err != nil && ctx.Err() != nil { // it did not fail by itself
				submitted.Err = nil
			}
			s.tally.jobs(submitted)
			settle(&batch[i].result, submitted)
			s.tally.conclude(ctx, batch[i].image, batch[i].result)
		}
	}
	return nil
}

// listing returns the jobs in flight. They are listed when there is something to submit, which is once in most runs.
func (s *submitter) listing(ctx context.Context) (_ jobs.InFlight, err error) {
	if now := time.Now(); s.inFlight == nil || now.Sub(s.listed) > listedFor {
		if s.inFlight, err = s.jobs.InFlight(ctx); err != nil {
			return nil, err
		}
		s.listed = now
	}
	return s.inFlight, nil
}

// batch returns first and what else waits in the queue, without what has expired since, and the requests of these.
func (s *submitter) batch(first pending) (batch []pending, requests []request.Request) {
	for p, more := first, true; more; {
		if !s.expired(p.image) {
			batch, requests = append(batch, p), append(requests, requestFor(p.image, p.result))
		}
		if len(batch) == batchSize {
			break
		}
		select {
		case p, more = <-s.queue:
		default:
			more = false
		}
	}
	return batch, requests
}
