package mirror

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/fanout"
	"ecrmirror/internal/sleep"
)

// copyBlobs brings all blobs to the members. What another image is bringing already is left to it, and looked for
// again when that has ended.
func (p *pass) copyBlobs(ctx context.Context) {
	for blobs := p.attempt.graph.Blobs; len(blobs) > 0; blobs = p.awaited.wait(ctx) {
		p.copyEach(ctx, blobs)
	}
}

// copyEach brings blobs to the members, some at a time.
func (p *pass) copyEach(ctx context.Context, blobs []content.Blob) {
	var g errgroup.Group
	g.SetLimit(p.blobsAtOnce())
	for _, blob := range blobs {
		var release func()
		var err error
		p.convoy.Waiting(func() { release, err = p.lane.Slot(ctx, blob.Size) })
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

// copyBlob brings the blob to all members that lack it, unless another image is bringing it.
func (p *pass) copyBlob(ctx context.Context, blob content.Blob) {
	if p.allHave(blob) {
		p.attempt.batch.progress.done(blob, false, nil)
		return
	}
	var err error
	p.convoy.Waiting(func() { err = p.lane.Await(ctx, needed(blob.Size, largestPart(p.convoy.Here(), blob))) })
	if err != nil {
		return // the places end with the context
	}
	end, others := p.errands.Begin(blob.Digest)
	if others != nil {
		p.awaited.add(blob, others)
		return
	}
	defer end()
	p.giveUpLate(blob)
	p.bring(ctx, blob)
}

// bring reads the blob once and writes it to all members that lack it. Where that fails for now it does so again for
// those that are left, and the other blobs go on meanwhile.
func (p *pass) bring(ctx context.Context, blob content.Blob) {
	lacking, moved := p.lacking(blob), false
	for try := 1; len(lacking) > 0; try++ {
		x := p.newTransfer(ctx, blob, lacking, try)
		moved = x.move()
		if len(x.again) == 0 {
			break
		}
		p.attempt.opts.Log.WarnContext(ctx, "trying again", "blob", blob.Digest.String(), "error", x.why)
		p.attempt.batch.progress.done(blob, moved, x.why)
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
	p.attempt.batch.progress.done(blob, moved, err)
}

// giveUpLate gives up the members to which another image could not bring a blob in time.
func (p *pass) giveUpLate(blob content.Blob) {
	for _, m := range p.convoy.Here() {
		if why := m.Place.depot.whyLate(blob.Digest); why != nil {
			name := m.Place.results[0].Name
			if why.Side == Source {
				name = p.attempt.report.Source
			}
			m.Place.fail(sided(why.Side, name, why.Op, why.Err))
		}
	}
}

// newTransfer returns a transfer of a blob to members of the convoy. Try says which it is of that blob, from 1.
func (p *pass) newTransfer(ctx context.Context, blob content.Blob, members []*member, try int) *transfer {
	x := &transfer{
		attempt: p.attempt, convoy: p.convoy, lane: p.lane, blob: blob, members: members, try: try,
		have: map[*member]bool{}, part: largestPart(members, blob),
	}
	x.ctx, x.cancel = context.WithCancelCause(ctx)
	limit := ahead(blob.Size, x.part, len(members))
	x.fanout = fanout.New(limit, p.convoy.Blocked(), func() { x.cancel(fanout.ErrNoSinks) })
	return x
}

// largestPart returns the size of the largest parts of a blob that members send, 0 if none sends parts.
func largestPart(members []*member, blob content.Blob) (part int64) {
	for _, m := range members {
		part = max(part, m.Place.dest.PartSize(blob.Size))
	}
	return part
}

// lacking returns the members that are not known to have the blob.
func (p *pass) lacking(blob content.Blob) []*member {
	var mu sync.Mutex
	var lacking []*member
	op := "looking for blob " + blob.Digest.String()
	p.ask(op, func(m *member) error {
		if m.Place.knows(blob) {
			return nil
		}
		has, err := m.Place.has(m.Context(), blob)
		switch {
		case err != nil:
			if !m.Place.HasFailed() {
				m.Place.depot.addLate(blob.Digest, m.Place.errorIn(op, err))
			}
			return err
		case has:
			m.Place.got(blob)
		default:
			mu.Lock()
			defer mu.Unlock()
			lacking = append(lacking, m)
		}
		return nil
	})
	return lacking
}

// allHave reports whether all members are known to have the blob.
func (p *pass) allHave(blob content.Blob) bool {
	for _, m := range p.convoy.Here() {
		if !m.Place.knows(blob) {
			return false
		}
	}
	return true
}
