package mirror

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"ecrmirror/internal/mirror/convoy"
	"ecrmirror/internal/mirror/graph"
	"ecrmirror/internal/mirror/port"
)

// A place is a repository, an OCI layout or a directory that an image is copied to, with the destinations in it: they
// share its blobs and instances, and differ in their tags.
type place struct {
	attempt *attempt
	results []*Result
	ctx     context.Context // ends when the place fails
	cancel  context.CancelCauseFunc

	dest     port.Destination // of the first result; nil until it is open
	isOpen   bool
	arrivals *graph.Arrivals
	depot    *depot
	puts     queue
	speed    *convoy.Speed
	brought  atomic.Bool // an artifact was put
	granted  atomic.Bool // blobs were taken for granted that another image has brought

	mu      sync.Mutex
	err     error     // why the place failed
	refused []Refused // artifacts that the place does not take
	blobs   int       // written
	bytes   int64     // of these
}

// newPlaces makes one place of all results in one.
func newPlaces(ctx context.Context, a *attempt, results []*Result) []*place {
	var places []*place
	byName := map[string]*place{}
	for _, r := range results {
		p := byName[r.Name.Place()]
		if p == nil {
			p = &place{
				attempt: a, depot: a.batch.depot(r.Name), arrivals: graph.NewArrivals(a.graph),
				speed: convoy.NewSpeed(a.opts.LeastRate),
			}
			for _, i := range a.holds[r.Name.Place()].held(a.graph) {
				p.arrivals.AddManifest(i)
			}
			p.ctx, p.cancel = context.WithCancelCause(ctx)
			byName[r.Name.Place()] = p
			places = append(places, p)
		}
		p.results = append(p.results, r)
	}
	return places
}

// Speed implements [convoy.Place].
func (p *place) Speed() *convoy.Speed { return p.speed }

// LacksBlobs implements [convoy.Place].
func (p *place) LacksBlobs() bool { return p.arrivals.LackBlobs() }

// HasFailed implements [convoy.Place].
func (p *place) HasFailed() bool { return p.failure() != nil }

// TooSlow implements [convoy.Place].
func (p *place) TooSlow(err error) { p.failIn("writing blobs", err) }

// fail gives the place up: what it does is stopped. The first error counts.
func (p *place) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
		p.cancel(err)
	}
}

// failIn gives the place up for an error in something that it did.
func (p *place) failIn(op string, err error) { p.fail(p.errorIn(op, err)) }

// errorIn names the place in an error in something that it did.
func (p *place) errorIn(op string, err error) error {
	return destinationError(p.results[0].Name, op, err)
}

// failure returns why the place was given up, or nil.
func (p *place) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// count counts a blob that was written.
func (p *place) count(bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.blobs++
	p.bytes += bytes
}

// close ends what the place does, and gives its results their outcome.
func (p *place) close() {
	if p.dest != nil {
		if err := p.dest.Close(); err != nil {
			p.failIn("closing", err)
		}
	}
	stopped := context.Cause(p.ctx)
	p.cancel(nil)
	for _, r := range p.results {
		r.BlobsSent += p.blobs
		r.BytesSent += p.bytes
		r.granted = p.granted.Load()
		r.Refused = p.refused
		if r.State == pending {
			p.failIn("copying", cmp.Or(stopped, errUnfinished)) // unless it has failed: the first error counts
			r.fail(p.errorFor(r))
		}
	}
}

// errUnfinished says that a place was closed before it had failed or was complete, though nobody has stopped it.
var errUnfinished = errors.New("the copy ended before it was complete")

// errorFor names the result's own destination in the error that all of the place share.
func (p *place) errorFor(r *Result) error {
	var e *Error
	if errors.As(p.err, &e) && e.Side == Destination && e.Name != r.Name {
		return &Error{Side: Destination, Name: r.Name, Op: e.Op, Err: e.Err}
	}
	return p.err
}
