// Package claims has a mirror job submitted for images whose destinations are stale, once, whoever else does the same:
// another controller, or an event at the same moment. A destination is claimed in its record of the ledger before the
// job is submitted, and the claim is live while that job has not ended. What was left behind, by a controller that died
// or a reply that was lost, ends by itself; see [ledger.Claim].
package claims

import (
	"cmp"
	"context"
	"sync"
	"time"

	"ecrmirror/internal/jobs"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/request"
)

// Ledger reads and writes records. [ledgertable.Table] implements it, and says what its error wraps.
type Ledger interface {
	// ReadDestination returns the record as it is now.
	ReadDestination(ctx context.Context, k ledger.Key) (ledger.Destination, error)
	// WriteDestination returns the record as it is afterwards. If another has written it since it was read, it returns
	// that record and an error for which Overtaken is true.
	WriteDestination(ctx context.Context, k ledger.Key, read, now ledger.Destination) (ledger.Destination, error)
	// Overtaken reports whether another has written the record since it was read.
	Overtaken(err error) bool
}

// Jobs submits jobs, and says how they stand. [jobs.Queue] implements it.
type Jobs interface {
	// Together puts requests of one image each together, as far as jobs take them.
	Together(requests []request.Request) []request.Group
	// Pieces splits a request into those that a job each can be asked.
	Pieces(r request.Request) ([]request.Request, error)
	Put(ctx context.Context, name string, piece request.Request) (jobs.Placed, error)
	Ends(ctx context.Context, ids []string) (map[string]jobs.End, error)
}

// InFlight is a listing of jobs that had not ended. [jobs.InFlight] implements it.
type InFlight interface {
	// Has reports whether a job of that name was in flight.
	Has(name string) bool
	// ID returns the id of one of that name; "" if there was none.
	ID(name string) string
}

// A Claimer claims destinations and submits their jobs. It is safe for concurrent use if its ports are.
type Claimer struct {
	Ledger Ledger           // required
	Jobs   Jobs             // required
	Now    func() time.Time // required; the clock of claims
	ID     func() string    // required; gives another text each time, by which claims are told apart
	AtOnce int              // wishes that are looked into, and jobs that are submitted, at a time; 0 = 16
}

// A Wish is a request for one image, and what the ledger has of each of its destinations.
type Wish struct {
	Request request.Request
	Records []Record // one for each destination, in their order
	// Together says that a job may bring the image together with those of other wishes that say so, too.
	Together bool
}

// A Record is what the ledger has of a destination.
type Record struct {
	Key   ledger.Key
	Check ledger.Check       // what the check found; no error followed from it
	Read  ledger.Destination // the record as it was read
	Now   ledger.Destination // as it is after the check, which is yet to be written
}

// defaultAtOnce is the default of [Claimer.AtOnce].
const defaultAtOnce = 16

// Submit claims the destinations of requests and submits jobs for them. It returns a result for each request, in order.
// InFlight was listed at that time, by the clock of claims: a claim whose job is not in it counts as left behind if its
// time was over then. An error of one request does not stop the others.
func (c *Claimer) Submit(ctx context.Context, inFlight InFlight, listed time.Time, wishes []Wish) []jobs.Result {
	results := make([]jobs.Result, len(wishes))
	ends, err := c.Jobs.Ends(ctx, jobsOf(wishes))
	if err != nil {
		for i := range results {
			results[i].Err = err
		}
		return results
	}
	s := &standing{inFlight: inFlight, listed: listed, ends: ends}
	opened := make([]open, len(wishes))
	c.sideBySide(len(wishes), func(i int) { opened[i] = c.open(ctx, s, wishes[i], &results[i]) })
	groups := c.groups(wishes, opened)
	c.sideBySide(len(groups), func(n int) {
		if err := c.submit(ctx, s, groups[n], opened, results); err != nil {
			for _, i := range groups[n].Of {
				results[i].Err = err
			}
		}
	})
	return results
}

// groups puts what is open of wishes together, as far as they may be.
func (c *Claimer) groups(wishes []Wish, opened []open) (groups []request.Group) {
	var requests []request.Request
	var of []int
	for i, left := range opened {
		switch {
		case len(left.request.Destinations) == 0:
		case wishes[i].Together && !left.hasKilled():
			requests, of = append(requests, left.request), append(of, i)
		default:
			groups = append(groups, request.Group{Request: left.request, Of: []int{i}})
		}
	}
	for _, group := range c.Jobs.Together(requests) {
		indices := make([]int, len(group.Of))
		for n, i := range group.Of {
			indices[n] = of[i]
		}
		groups = append(groups, request.Group{Request: group.Request, Of: indices})
	}
	return groups
}

// submit claims the places of a group and submits its jobs. The error is why the places that are left have none.
func (c *Claimer) submit(
	ctx context.Context, s *standing, group request.Group, opened []open, results []jobs.Result,
) error {
	split, err := c.Jobs.Pieces(group.Request)
	if err != nil {
		return err
	}
	for _, p := range pieces(group, split, opened, results) {
		if err := c.put(ctx, s, p); err != nil {
			return err
		}
	}
	return nil
}

// sideBySide does something for each index below n, some at a time.
func (c *Claimer) sideBySide(n int, do func(i int)) {
	slots := make(chan struct{}, cmp.Or(c.AtOnce, defaultAtOnce))
	var wg sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			do(i)
		})
	}
	wg.Wait()
}

// jobsOf returns the ids of the jobs that the claims name.
func jobsOf(wishes []Wish) (ids []string) {
	for _, w := range wishes {
		for _, r := range w.Records {
			if r.Now.Claim.Job != "" {
				ids = append(ids, r.Now.Claim.Job)
			}
		}
	}
	return ids
}

// standing says how jobs stand. It implements [ledger.Unfinished].
type standing struct {
	inFlight InFlight
	listed   time.Time
	ends     map[string]jobs.End
}

// Job reports whether a job has not ended. One that was not asked about was submitted since.
func (s *standing) Job(id string) bool { return !s.ends[id].Ended }

// Request reports whether a job of that name has not ended.
func (s *standing) Request(name string) bool { return s.inFlight.Has(name) }
