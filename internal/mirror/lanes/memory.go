package lanes

import (
	"context"

	"ecrmirror/internal/chunked"
)

// Await waits until the pass may reserve need bytes at all: one that comes behind others may never have many at a time.
// Who holds what others wait for calls it before, so that they don't wait for a faster pass which may wait for them.
func (l *Lane) Await(ctx context.Context, need int64) error {
	if need <= l.lanes.most {
		return nil
	}
	select {
	case <-l.First():
	case <-ctx.Done():
	}
	return context.Cause(ctx)
}

// Reserve waits for the pass's turn at memory, and returns a share with need bytes set aside, and what gives that back.
// Until the pass is the first one the share is bound to little more than it needs, and one that needs too much for that
// waits.
func (l *Lane) Reserve(ctx context.Context, need int64) (*chunked.Share, func(), error) {
	bound, ok := l.boundFor(ctx, need)
	if !ok {
		share, err := l.lanes.budget.Reserve(ctx, need)
		if err != nil {
			return nil, nil, err
		}
		return share, share.Leave, nil
	}
	share, err := l.lanes.budget.Reserve(ctx, need)
	if err != nil {
		l.lanes.aside.Release(bound)
		return nil, nil, err
	}
	share.Bound(bound)
	lifted := context.AfterFunc(l.first, func() { share.Bound(0) })
	return share, func() {
		lifted()
		share.Leave()
		l.lanes.aside.Release(bound)
	}, nil
}

// boundFor acquires the bytes that a share of a slow pass may take; ok is false if the pass has become the first one
// before there were any.
func (l *Lane) boundFor(ctx context.Context, need int64) (bound int64, ok bool) {
	wait, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(l.first, stop)()
	if bound = need + 2*chunked.ChunkSize; bound > l.lanes.most { // to read ahead
		bound = need
	}
	if l.first.Err() != nil || l.lanes.aside.Acquire(wait, bound) != nil {
		return 0, false
	}
	return bound, true
}
