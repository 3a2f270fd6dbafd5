// Package lanes bounds what slow passes over an image may take of turns and of memory while a faster one is under way.
package lanes

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"

	"ecrmirror/internal/chunked"
)

// What a pass may take while a faster one is under way: an Nth of the budget together with the other slow ones, and a
// few blobs at a time.
const (
	asideShare = 4
	asideBlobs = 4
)

// Lanes order the passes of a request, the fastest first. Those that come behind none take what they can get.
type Lanes struct {
	budget *chunked.Budget
	slots  Slots
	aside  *semaphore.Weighted // bytes for all passes but the first
	most   int64               // of these

	mu    sync.Mutex
	lanes []*Lane
}

// New returns lanes that share a budget of memory, and slots.
func New(budget *chunked.Budget, slots Slots) *Lanes {
	most := budget.Total() / asideShare
	return &Lanes{budget: budget, slots: slots, aside: semaphore.NewWeighted(most), most: most}
}

// A Lane says what one pass may take.
type Lane struct {
	lanes   *Lanes
	first   context.Context // ends when no faster pass is under way
	promote context.CancelFunc
	few     chan struct{} // has a token for each blob that is copied before that
}

// Open adds a lane right behind a faster one, or the first lane for nil. It ends with the context.
func (l *Lanes) Open(ctx context.Context, faster *Lane) *Lane {
	lane := &Lane{lanes: l, few: make(chan struct{}, asideBlobs)}
	lane.first, lane.promote = context.WithCancel(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	at := slices.Index(l.lanes, faster) + 1
	l.lanes = slices.Insert(l.lanes, at, lane)
	l.lanes[0].promote()
	return lane
}

// Close takes the lane away when its pass has ended.
func (l *Lane) Close() {
	defer l.promote()
	l.lanes.mu.Lock()
	defer l.lanes.mu.Unlock()
	l.lanes.lanes = slices.DeleteFunc(l.lanes.lanes, func(other *Lane) bool { return other == l })
	if len(l.lanes.lanes) > 0 {
		l.lanes.lanes[0].promote()
	}
}

// First returns a channel that is closed when no faster pass is under way.
func (l *Lane) First() <-chan struct{} { return l.first.Done() }

// Slot waits until the pass may copy one more blob, of that size. The caller calls release when that copy has ended.
func (l *Lane) Slot(ctx context.Context, size int64) (release func(), err error) {
	if l.first.Err() == nil {
		select {
		case l.few <- struct{}{}:
			return func() { <-l.few }, nil
		case <-l.First(): // or ctx, from which it comes
		}
	}
	slots := l.lanes.slots.of(size)
	if err := slots.Acquire(ctx, 1); err != nil {
		return nil, context.Cause(ctx)
	}
	return func() { slots.Release(1) }, nil
}
