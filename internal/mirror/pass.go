package mirror

import (
	"context"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/mirror/convoy"
	"ecrmirror/internal/mirror/errands"
	"ecrmirror/internal/mirror/lanes"
	"ecrmirror/internal/mirror/stall"
)

// A pass brings the blobs of an attempt to some of its places, which read them together. Those that hold up the others
// get a pass of their own, which reads what they lack once more.
type pass struct {
	attempt *attempt
	convoy  *convoy.Convoy[*place]
	lane    *lanes.Lane
	errands *errands.Errands
	awaited awaited
}

// newPass returns a pass that comes right behind a faster one, nil for the first.
func (a *attempt) newPass(ctx context.Context, places []*place, faster *pass) *pass {
	p := &pass{attempt: a, convoy: convoy.New[*place](a.opts.ReadOnce)}
	p.errands = a.batch.errandsTo(firstPasses)
	if faster != nil { // no pass waits for what another of its image brings to other places
		p.errands = a.batch.errandsTo(namesOf(places))
	}
	for _, place := range places {
		p.convoy.Join(place.ctx, place)
	}
	var behind *lanes.Lane
	if faster != nil {
		behind = faster.lane
	}
	p.lane = a.batch.lanes.Open(ctx, behind)
	return p
}

// namesOf returns what tells these places from others.
func namesOf(places []*place) string {
	names := make([]string, len(places))
	for i, p := range places {
		names[i] = p.results[0].Name.Place()
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// run opens the places and brings all blobs to them, some at a time: those of all instances together, largest first.
func (p *pass) run(ctx context.Context) {
	defer p.lane.Close()
	defer p.watch(ctx)()
	p.ask("opening", func(m *member) error { return m.Place.open(m.Context()) })
	p.copyBlobs(ctx)
}

// watch looks after the convoy until the returned function is called.
func (p *pass) watch(ctx context.Context) (end func()) {
	looking, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() {
		p.convoy.Watch(looking, func(slow []*member) { p.setAside(ctx, slow) })
	})
	return func() {
		cancel()
		watching.Wait()
	}
}

// setAside has some members leave, and go on in a pass of their own.
func (p *pass) setAside(ctx context.Context, slow []*member) {
	places := make([]*place, len(slow))
	for i, m := range slow {
		m.Leave()
		places[i] = m.Place
		m.Place.depot.slow.Store(true)
		p.attempt.opts.Log.WarnContext(ctx, "set aside",
			"destination", m.Place.results[0].Name.String(), "bytesPerSecond", int64(m.Place.speed.PerSecond()))
		for _, r := range m.Place.results {
			r.SetAside = true
			p.attempt.opts.Progress.SetAside(r.Name.String())
		}
	}
	p.follow(ctx, p.attempt.newPass(ctx, places, p), func() {
		for _, m := range slow {
			m.Wait()
		}
	})
}

// follow runs the pass that comes right behind this one, once its places are ready for it.
func (p *pass) follow(ctx context.Context, next *pass, ready func()) {
	p.attempt.passes.Go(func() {
		ready()
		if p.attempt.origin.OneAtATime() {
			<-next.lane.First()
		}
		next.run(ctx)
	})
}

// ask asks all members something, which the fast ones wait for the slow ones to answer; those for which it fails, fail.
func (p *pass) ask(op string, question func(*member) error) {
	var g errgroup.Group
	g.SetLimit(placesAtOnce)
	p.convoy.Waiting(func() {
		for _, m := range p.convoy.Here() {
			g.Go(func() error {
				m.Place.speed.Load.Busy.Add(1)
				defer m.Place.speed.Load.Busy.Add(-1)
				if !m.Begin() {
					return nil
				}
				defer m.Done()
				if err := question(m); err != nil && !m.HasLeft() {
					m.Place.failIn(op, stall.CauseOf(m.Place.ctx, err))
				}
				return nil
			})
		}
		_ = g.Wait() // the places keep their errors
	})
}
