package mirror

import (
	"context"
	"errors"
	"sync"

	"go.podman.io/image/v5/types"
	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/chunked"
)

// A pass brings the image's blobs to some of a run's targets, which read them together. Those that hold up
// the others get a pass of their own, which reads what they lack once more.
type pass struct {
	*run
	convoy  *convoy
	first   context.Context // ends when no faster pass is under way
	promote context.CancelFunc
	few     chan struct{} // has a token for each blob that is copied before that
}

// newPass returns a pass that comes right behind a faster one, nil for the first.
func (r *run) newPass(ctx context.Context, targets []*target, faster *pass) *pass {
	p := &pass{run: r, convoy: newConvoy(targets, r.opts.ReadOnce), few: make(chan struct{}, asideBlobs)}
	p.first, p.promote = context.WithCancel(ctx)
	r.lanes.open(p, faster)
	return p
}

// do opens the targets and brings all blobs to them, some at a time: those of all instances together,
// largest first.
func (p *pass) do(ctx context.Context) {
	defer p.promote()
	defer p.lanes.close(p)
	defer p.watch(ctx)()
	p.ask("opening", func(m *companion) error { return m.open(m.ctx, p.images, p.img, p.opts) })
	for _, m := range p.members() {
		p.beginManifests(m.target)
	}
	p.copyBlobs(ctx)
}

// watch looks after the convoy until the returned function is called.
func (p *pass) watch(ctx context.Context) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() { p.convoy.watch(ctx, func(slow []*companion) { p.setAside(slow) }) })
	return func() {
		cancel()
		watching.Wait()
	}
}

// setAside has some members leave, and go on in a pass of their own.
func (p *pass) setAside(slow []*companion) {
	targets := make([]*target, len(slow))
	for i, m := range slow {
		m.leave()
		targets[i] = m.target
		p.opts.Log.WarnContext(p.ctx, "set aside", "destination", m.results[0].Name.String(), "bytesPerSecond", int64(m.perSecond()))
		for _, r := range m.results {
			r.SetAside = true
			p.opts.Progress.SetAside(r.Name.String())
		}
	}
	next := p.newPass(p.ctx, targets, p)
	p.passes.Go(func() {
		for _, m := range slow {
			m.puts.Wait()
		}
		if !p.src.HasThreadSafeGetBlob() {
			<-next.first.Done()
		}
		next.do(p.ctx)
	})
}

// members returns those that have neither left nor failed.
func (p *pass) members() (list []*companion) {
	for _, t := range p.targets {
		if m := p.convoy.members[t]; m != nil && m.isHere() {
			list = append(list, m)
		}
	}
	return list
}

// ask asks all members something, which the fast ones wait for the slow ones to answer; those for which
// it fails, fail.
func (p *pass) ask(op string, question func(*companion) error) {
	var g errgroup.Group
	g.SetLimit(targetsAtOnce)
	p.convoy.waits(func() {
		for _, m := range p.members() {
			g.Go(func() error {
				m.busy.Add(1)
				defer m.busy.Add(-1)
				if !m.begin() {
					return nil
				}
				defer m.done()
				if err := question(m); err != nil && !m.hasLeft() {
					m.fail(destinationError(m.results[0].Name, op, causeOf(m.target.ctx, err)))
				}
				return nil
			})
		}
		_ = g.Wait() // the targets keep their errors
	})
}

// copyBlobs brings all blobs to the members.
func (p *pass) copyBlobs(ctx context.Context) {
	var g errgroup.Group
	g.SetLimit(p.blobsAtOnce())
	for _, blob := range p.img.blobs {
		var release func()
		var err error
		p.convoy.waits(func() { release, err = p.slot(ctx) })
		if err != nil {
			break // the targets end with the context
		}
		p.convoy.waits(func() {
			g.Go(func() error {
				defer release()
				p.copyBlob(ctx, blob)
				return nil
			})
		})
	}
	_ = g.Wait()
}

// blobsAtOnce is 1 if the source or a target can't do two blobs at a time.
func (p *pass) blobsAtOnce() int {
	if !p.src.HasThreadSafeGetBlob() {
		return 1
	}
	for t := range p.convoy.members {
		if t.dest != nil && !t.dest.HasThreadSafePutBlob() {
			return 1
		}
	}
	return p.opts.Blobs
}

// copyBlob reads the blob once and writes it to all members that lack it. Where that fails for now
// it does so again for those that are left, and the other blobs go on meanwhile.
func (p *pass) copyBlob(ctx context.Context, blob types.BlobInfo) {
	lacking, moved := p.lacking(blob), false
	for try := 1; len(lacking) > 0; try++ {
		x := newTransfer(ctx, p, blob, lacking)
		x.try = try
		moved = x.move()
		if len(x.again) == 0 {
			break
		}
		p.opts.Log.WarnContext(ctx, "trying again", "blob", blob.Digest.String(), "error", x.why)
		p.progress.done(blob, moved, x.why)
		moved = false
		lacking = x.again
		if chunked.Sleep(ctx, p.opts.RetryDelay/4) != nil {
			for _, t := range lacking {
				t.fail(x.why)
			}
			break
		}
	}
	var err error
	for _, t := range lacking {
		if err == nil {
			err = t.failed()
		}
	}
	p.progress.done(blob, moved, err)
}

// lacking returns the members that are not known to have the blob.
func (p *pass) lacking(blob types.BlobInfo) []*target {
	var mu sync.Mutex
	var lacking []*target
	p.ask("looking for blob "+blob.Digest.String(), func(m *companion) error {
		if m.hasArrived(blob.Digest) {
			return nil
		}
		has, err := m.has(m.ctx, blob, p.opts)
		switch {
		case err != nil:
			return err
		case has:
			p.blobArrived(m.target, blob.Digest)
		default:
			mu.Lock()
			defer mu.Unlock()
			lacking = append(lacking, m.target)
		}
		return nil
	})
	return lacking
}

// wasSetAside reports whether something failed because its target has left its convoy.
func wasSetAside(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errSetAside) }
