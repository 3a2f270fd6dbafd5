package controller

import (
	"context"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/claims"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/request"
	"ecrmirror/internal/selection"
)

// batchSize is how many jobs are submitted together at most: as many as AWS Batch can be
// asked about in one call.
const batchSize = 100

// listedFor is how long a listing of the jobs in flight is good: others submit jobs, too, and jobs end.
const listedFor = 5 * time.Minute

// A submitter submits jobs as images come that are stale.
type submitter struct {
	jobs   Jobs
	claims Claims // nil without a ledger
	keeper *keeper
	tally  *tally
	queue  chan decision // with stale destinations
	gather time.Duration // how long images wait for others; 0 = until the queue is closed
	all    bool          // images of all entries may go together

	inFlight jobs.InFlight // nil until the first job is to be submitted
	listed   time.Time     // when that was begun, by the clock of this machine
	at       time.Time     // and by the clock of entries

	asked map[copied]bool // without a ledger: what jobs were submitted for in this run
}

func newSubmitter(c *Controller, tally *tally) *submitter {
	return &submitter{
		jobs: c.Jobs, claims: c.Claims, keeper: newKeeper(c.Ledger, tally.log), tally: tally,
		queue: make(chan decision, batchSize), asked: map[copied]bool{}, gather: c.GatherFor, all: c.Together,
	}
}

// take has a job submitted for an image whose result asks for one, and concludes the others. An entry that has expired
// meanwhile is dropped.
func (s *submitter) take(ctx context.Context, d decision) {
	if s.expired(d.image) {
		return
	}
	if len(d.lacks) == 0 {
		s.keeper.keep(ctx, d)
	}
	if !d.result.Stale() && len(d.lacks) == 0 {
		s.tally.conclude(ctx, d.image, d.result)
		return
	}
	e := *d.image.entry // the wave's is gone by then
	d.image.entry = &e
	select {
	case s.queue <- d:
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

// run submits the jobs in the queue until it is closed or ctx ends. What may go together waits for more of its kind,
// until there is much of it, it has waited for long, or the queue is closed. Its error means that nothing can be
// submitted: the jobs in flight could not be listed.
func (s *submitter) run(ctx context.Context) error {
	var together []decision
	var due <-chan time.Time
	for {
		var alone []decision
		select {
		case first, more := <-s.queue:
			switch {
			case !more:
				return s.put(ctx, together)
			case ctx.Err() != nil:
				return nil //nolint:nilerr // the run tells of its context by itself
			}
			var gathered []decision
			if alone, gathered = s.apart(s.batch(first)); s.gather > 0 && len(together) == 0 && len(gathered) > 0 {
				due = time.After(s.gather)
			}
			together = append(together, gathered...)
		case <-due:
			alone, together = together, nil
		}
		if len(together) >= togetherMost {
			alone, together = append(alone, together...), nil
		}
		if err := s.put(ctx, alone); err != nil {
			return err
		}
	}
}

// apart returns those of a batch that go alone, and those that may go together with others.
func (s *submitter) apart(batch []decision) (alone, together []decision) {
	for _, d := range batch {
		if s.all || d.image.together() {
			together = append(together, d)
		} else {
			alone = append(alone, d)
		}
	}
	return alone, together
}

// togetherMost is how many images wait for others of their kind at most.
const togetherMost = 5000

// put submits the jobs for a batch, without what has expired since it was decided about, and concludes its images.
func (s *submitter) put(ctx context.Context, batch []decision) error {
	batch = slices.DeleteFunc(batch, func(d decision) bool { return s.expired(d.image) }) // while it waited
	if len(batch) == 0 || ctx.Err() != nil {
		return nil //nolint:nilerr // the run tells of its context by itself
	}
	inFlight, err := s.listing(ctx)
	if err != nil {
		return err
	}
	slices.SortStableFunc(batch, func(a, b decision) int {
		return selection.CompareNames(a.result.Source, b.result.Source)
	})
	var lacking []decision
	batch = slices.DeleteFunc(batch, func(d decision) bool {
		if len(d.lacks) > 0 {
			lacking = append(lacking, d)
		}
		return len(d.lacks) > 0
	})
	if len(lacking) > 0 {
		s.bring(ctx, inFlight, lacking)
	}
	if len(batch) == 0 {
		return nil
	}
	results := s.submit(ctx, inFlight, batch)
	s.tally.jobs(results)
	for i, submitted := range results {
		if submitted.Err != nil && ctx.Err() != nil { // it did not fail by itself
			submitted.Err = nil
		}
		settle(&batch[i].result, submitted)
		s.tally.conclude(ctx, batch[i].image, batch[i].result)
	}
	return nil
}

// listing returns the jobs in flight. They are listed when there is something to submit, which is once in most runs.
func (s *submitter) listing(ctx context.Context) (_ jobs.InFlight, err error) {
	if now := time.Now(); s.inFlight == nil || now.Sub(s.listed) > listedFor {
		s.listed, s.at = now, s.tally.clock()
		if s.inFlight, err = s.jobs.InFlight(ctx); err != nil {
			return nil, err
		}
	}
	return s.inFlight, nil
}

// submit submits jobs for a batch: by claims in the ledger, if there is one.
func (s *submitter) submit(ctx context.Context, inFlight jobs.InFlight, batch []decision) []jobs.Result {
	requests, wishes := make([]request.Request, len(batch)), make([]claims.Wish, len(batch))
	for i, d := range batch {
		requests[i] = requestFor(d.image, d.result)
		wishes[i] = wish(requests[i], d, s.all)
	}
	if s.claims != nil {
		return s.claims.Submit(ctx, inFlight, s.at, wishes)
	}
	asked := s.once(requests)
	results := s.jobs.Submit(ctx, inFlight, requests)
	for i := range results {
		results[i].InFlight = append(results[i].InFlight, asked[i]...)
	}
	return results
}

// A copied is a digest of a source that is copied to a destination.
type copied struct {
	digest digest.Digest
	to     imagename.Name
}

// once takes the destinations out of requests that this run has asked for before, by an entry and a selection of the
// same image: what it has submitted is not in the listing. It returns those that it takes out.
func (s *submitter) once(requests []request.Request) [][]string {
	asked := make([][]string, len(requests))
	for i := range requests {
		r := &requests[i]
		r.Destinations = slices.DeleteFunc(r.Destinations, func(to imagename.Written) bool {
			copying := copied{r.Images[0].Digest, to.Name.Canonical()}
			if s.asked[copying] {
				asked[i] = append(asked[i], to.Text)
				return true
			}
			s.asked[copying] = true
			return false
		})
	}
	return asked
}

// batch returns first and what else waits in the queue.
func (s *submitter) batch(first decision) (batch []decision) {
	for d, more := first, true; more; {
		batch = append(batch, d)
		if len(batch) == batchSize {
			return batch
		}
		select {
		case d, more = <-s.queue:
		default:
			more = false
		}
	}
	return batch
}
