package mirror

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/convoy"
	"ecrmirror/internal/mirror/fanout"
	"ecrmirror/internal/mirror/lanes"
	"ecrmirror/internal/mirror/stall"
	"ecrmirror/internal/sleep"
)

// A pass brings the blobs of an attempt to some of its places, which read them together. Those that hold up the others
// get a pass of their own, which reads what they lack once more.
type pass struct {
	attempt *attempt
	convoy  *convoy.Convoy[*place]
	lane    *lanes.Lane
}

// newPass returns a pass that comes right behind a faster one, nil for the first.
func (a *attempt) newPass(ctx context.Context, places []*place, faster *pass) *pass {
	p := &pass{attempt: a, convoy: convoy.New[*place](a.opts.ReadOnce)}
	for _, place := range places {
		p.convoy.Join(place.ctx, place)
	}
	var behind *lanes.Lane
	if faster != nil {
		behind = faster.lane
	}
	p.lane = a.lanes.Open(ctx, behind)
	return p
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
		p.attempt.opts.Log.WarnContext(ctx, "set aside",
			"destination", m.Place.results[0].Name.String(), "bytesPerSecond", int64(m.Place.speed.PerSecond()))
		for _, r := range m.Place.results {
			r.SetAside = true
			p.attempt.opts.Progress.SetAside(r.Name.String())
		}
	}
	next := p.attempt.newPass(ctx, places, p)
	p.attempt.passes.Go(func() {
		for _, m := range slow {
			m.Wait()
		}
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

// copyBlobs brings all blobs to the members.
func (p *pass) copyBlobs(ctx context.Context) {
	var g errgroup.Group
	g.SetLimit(p.blobsAtOnce())
	for _, blob := range p.attempt.graph.Blobs {
		var release func()
		var err error
		p.convoy.Waiting(func() { release, err = p.lane.Slot(ctx) })
		if err != nil {
			break // the places end with the context
		}
		p.convoy.Waiting(func() {
			g.Go(func() error {
				defer release()
				p.copyBlob(ctx, blob)
				return nil
			})
		})
	}
	_ = g.Wait()
}

// blobsAtOnce is 1 if the source or a place can't do two blobs at a time.
func (p *pass) blobsAtOnce() int {
	if p.attempt.origin.OneAtATime() {
		return 1
	}
	for _, m := range p.convoy.Members() {
		if m.Place.dest != nil && m.Place.dest.OneAtATime() {
			return 1
		}
	}
	return p.attempt.opts.Blobs
}

// copyBlob reads the blob once and writes it to all members that lack it. Where that fails for now it does so again for
// those that are left, and the other blobs go on meanwhile.
func (p *pass) copyBlob(ctx context.Context, blob content.Blob) {
	lacking, moved := p.lacking(blob), false
	for try := 1; len(lacking) > 0; try++ {
		x := p.newTransfer(ctx, blob, lacking, try)
		moved = x.move()
		if len(x.again) == 0 {
			break
		}
		p.attempt.opts.Log.WarnContext(ctx, "trying again", "blob", blob.Digest.String(), "error", x.why)
		p.attempt.progress.done(blob, moved, x.why)
		moved = false
		lacking = x.again
		if sleep.For(ctx, p.attempt.opts.RetryDelay/4) != nil {
			for _, m := range lacking {
				m.Place.fail(x.why)
			}
			break
		}
	}
	var err error
	for _, m := range lacking {
		if err == nil {
			err = m.Place.failure()
		}
	}
	p.attempt.progress.done(blob, moved, err)
}

// newTransfer returns a transfer of a blob to members of the convoy. Try says which it is of that blob, from 1.
func (p *pass) newTransfer(ctx context.Context, blob content.Blob, members []*member, try int) *transfer {
	x := &transfer{
		attempt: p.attempt, convoy: p.convoy, lane: p.lane, blob: blob, members: members, try: try,
		have: map[*member]bool{},
	}
	x.ctx, x.cancel = context.WithCancelCause(ctx)
	for _, m := range members {
		x.part = max(x.part, m.Place.dest.PartSize(blob.Size))
	}
	limit := ahead(blob.Size, x.part, len(members))
	x.fanout = fanout.New(limit, p.convoy.Blocked(), func() { x.cancel(fanout.ErrNoSinks) })
	return x
}

// lacking returns the members that are not known to have the blob.
func (p *pass) lacking(blob content.Blob) []*member {
	var mu sync.Mutex
	var lacking []*member
	p.ask("looking for blob "+blob.Digest.String(), func(m *member) error {
		if m.Place.arrivals.HasBlob(blob.Digest) {
			return nil
		}
		has, err := m.Place.has(m.Context(), blob)
		switch {
		case err != nil:
			return err
		case has:
			m.Place.put(m.Place.arrivals.AddBlob(blob.Digest))
		default:
			mu.Lock()
			defer mu.Unlock()
			lacking = append(lacking, m)
		}
		return nil
	})
	return lacking
}
