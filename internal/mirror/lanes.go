package mirror

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"

	"ecrmirror/internal/chunked"
)

// What a pass may take while a faster one is under way: an Nth of the budget together with the other
// slow ones, and a few blobs at a time.
const (
	asideShare = 4
	asideBlobs = 4
)

// The lanes of a run are its passes, the fastest first. That one takes what it can get.
type lanes struct {
	budget *chunked.Budget
	aside  *semaphore.Weighted // bytes for all passes but the first
	most   int64               // of these

	mu     sync.Mutex
	passes []*pass
}

func newLanes(budget *chunked.Budget) *lanes {
	most := budget.Total() / asideShare
	return &lanes{budget: budget, aside: semaphore.NewWeighted(most), most: most}
}

// open adds a pass, right behind a faster one, or the first.
func (l *lanes) open(p, faster *pass) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := slices.Index(l.passes, faster) + 1
	l.passes = slices.Insert(l.passes, at, p)
	l.passes[0].promote()
}

// close takes a pass away that has ended.
func (l *lanes) close(p *pass) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.passes = slices.DeleteFunc(l.passes, func(other *pass) bool { return other == p })
	if len(l.passes) > 0 {
		l.passes[0].promote()
	}
}

// slot waits for the pass's turn to copy one more blob, and returns what ends that.
func (p *pass) slot(ctx context.Context) (release func(), err error) {
	if p.first.Err() == nil {
		select {
		case p.few <- struct{}{}:
			return func() { <-p.few }, nil
		case <-p.first.Done(): // or ctx, from which it comes
		}
	}
	if err := p.slots.Acquire(ctx, 1); err != nil {
		return nil, context.Cause(ctx)
	}
	return func() { p.slots.Release(1) }, nil
}

// reserve waits for the pass's turn at memory, and returns a share with need bytes set aside, and what
// gives that back. Until the pass is the first one the share is bound to little more than it needs, and
// one that needs too much for that waits.
func (p *pass) reserve(ctx context.Context, need int64) (*chunked.Share, func(), error) {
	bound, ok := p.boundFor(ctx, need)
	if !ok {
		share, err := p.lanes.budget.Reserve(ctx, need)
		if err != nil {
			return nil, nil, err
		}
		return share, share.Leave, nil
	}
	share, err := p.lanes.budget.Reserve(ctx, need)
	if err != nil {
		p.lanes.aside.Release(bound)
		return nil, nil, err
	}
	share.Bound(bound)
	lifted := context.AfterFunc(p.first, func() { share.Bound(0) })
	return share, func() {
		lifted()
		share.Leave()
		p.lanes.aside.Release(bound)
	}, nil
}

// boundFor acquires the bytes that a share of a slow pass may take; ok is false if the pass has become
// the first one before there were any.
func (p *pass) boundFor(ctx context.Context, need int64) (bound int64, ok bool) {
	wait, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(p.first, stop)()
	if bound = need + 2*chunked.ChunkSize; bound > p.lanes.most { // to read ahead
		bound = need
	}
	if p.first.Err() != nil || p.lanes.aside.Acquire(wait, bound) != nil {
		return 0, false
	}
	return bound, true
}
