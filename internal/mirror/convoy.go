package mirror

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ecrmirror/internal/chunked"
)

// What a target may do to faster ones. It reads what they read, so they wait for it where it is slow:
// at a stream that is far enough ahead of it, for memory that it holds, or for its turn.
const (
	// apart is how many times as fast as a target another has to be for them to go separate ways: for
	// less, to read the source once is worth more.
	apart = 1.5
	// heldUp is how long a target may hold up others that are as fast as itself, in sum; one that is n
	// times as slow may do so for an nth of it, but leastHeldUp at least.
	heldUp      = 2 * time.Second
	leastHeldUp = 100 * time.Millisecond
	// beginning is how long a target may hold up others before it has taken its first byte, and
	// unmeasured how long it may hold up one that has not yet taken any.
	beginning  = time.Second
	unmeasured = 3 * time.Second
	// look is how often the convoy looks at its members. Time in which it could not look counts as
	// two looks at most: where the machine is that busy, no target is to blame.
	look      = 10 * time.Millisecond
	lookAlone = time.Second
)

// errSetAside is why what a target does in a convoy ends when it has to leave it.
var errSetAside = errors.New("set aside: it held up faster destinations")

// A convoy is the targets that read the same streams. Members that hold up faster ones have to leave it.
type convoy struct {
	members  map[*target]*companion
	together bool         // nobody has to leave
	blocked  atomic.Int64 // streams and blobs that wait for what members hold
}

// A companion is a target in a convoy.
type companion struct {
	*target
	ctx    context.Context // ends when it leaves, or fails
	cancel context.CancelCauseFunc

	mu   sync.Mutex
	gone bool
	puts sync.WaitGroup // blobs that are being put; none is added once it is gone

	// Of the goroutine that looks: how long it was busy while others waited, before it took its first byte and
	// after.
	late, held time.Duration
}

func newConvoy(targets []*target, together bool) *convoy {
	c := &convoy{members: map[*target]*companion{}, together: together}
	for _, t := range targets {
		m := &companion{target: t}
		m.ctx, m.cancel = context.WithCancelCause(t.ctx)
		c.members[t] = m
	}
	return c
}

// begin says that the target begins to put a blob; done says that it has ended. It is false if the
// target has left.
func (m *companion) begin() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.gone {
		return false
	}
	m.puts.Add(1)
	return true
}

func (m *companion) done() { m.puts.Done() }

// hasLeft reports whether the target has left, or is about to.
func (m *companion) hasLeft() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.gone
}

// isHere reports whether the target has neither left nor failed.
func (m *companion) isHere() bool { return !m.hasLeft() && m.failed() == nil }

// leave ends all that the target does in this convoy.
func (m *companion) leave() {
	m.mu.Lock()
	m.gone = true
	m.mu.Unlock()
	m.cancel(errSetAside)
}

// waits counts what cannot go on while do is under way, as long as members may be to blame.
func (c *convoy) waits(do func()) {
	c.blocked.Add(1)
	defer c.blocked.Add(-1)
	do()
}

// watch looks at the members until the context ends, and calls leave with those that have to.
func (c *convoy) watch(ctx context.Context, leave func([]*companion)) {
	for last := time.Now(); ; {
		every := c.lookEvery()
		if chunked.Sleep(ctx, every) != nil {
			return
		}
		now := time.Now()
		passed := min(now.Sub(last), 2*every)
		last = now
		c.holdToRates(passed)
		if slow := c.judge(passed); len(slow) > 0 {
			leave(slow)
		}
	}
}

// lookEvery returns when the members are to be looked at again. One alone holds up nobody.
func (c *convoy) lookEvery() time.Duration {
	here := 0
	for _, m := range c.members {
		if m.isHere() {
			here++
		}
	}
	if here < 2 {
		return lookAlone
	}
	return look
}

// holdToRates fails the targets that stay below their least rate.
func (c *convoy) holdToRates(passed time.Duration) {
	for _, m := range c.members {
		if !m.isHere() {
			continue
		}
		taken := m.taken.Load()
		waited := passed
		if m.owing.Load() == 0 {
			waited = 0
		}
		if err := m.least.Add(waited, taken-m.seen); err != nil {
			m.fail(destinationError(m.results[0].Name, "writing blobs", err))
		}
		m.seen = taken
	}
}

// judge counts the time that has passed since it was last called, by what the members do now, and returns
// those that have held up others for too long.
func (c *convoy) judge(passed time.Duration) (slow []*companion) {
	var waiting, busy []*companion
	for _, m := range c.members {
		switch {
		case !m.isHere():
		case m.busy.Load() > 0:
			busy = append(busy, m)
		case m.lacksBlobs():
			waiting = append(waiting, m)
		}
	}
	heldUp := len(waiting) > 0 && c.blocked.Load() > 0
	for _, m := range busy {
		m.count(passed, heldUp)
	}
	if !heldUp || c.together {
		return nil
	}
	var fastest float64
	for _, m := range waiting {
		fastest = max(fastest, m.perSecond())
	}
	for _, m := range busy {
		if m.isTooSlow(fastest) {
			slow = append(slow, m)
		}
	}
	return c.withTheirLike(slow, fastest)
}

// withTheirLike adds the members that are hardly faster than those which have to leave, so that they go on
// together; none that is about as fast as the fastest of those that are waited for, and so never all.
func (c *convoy) withTheirLike(slow []*companion, fastest float64) []*companion {
	var like float64
	for _, m := range slow {
		like = max(like, m.perSecond()*apart)
	}
	like = min(like, fastest/apart)
	for _, m := range c.members {
		if !slices.Contains(slow, m) && m.isHere() && m.lacksBlobs() && m.perSecond() < like {
			slow = append(slow, m)
		}
	}
	return slow
}

// count notes that the member was busy for so long, and whether it was waited for.
func (m *companion) count(passed time.Duration, heldUp bool) {
	busyFor, held := &m.busyFor, &m.held
	if m.taken.Load() == 0 {
		busyFor, held = &m.begins, &m.late
	}
	*busyFor += passed
	if heldUp {
		*held += passed
	}
}

// isTooSlow reports whether the target has held up one of that speed, in bytes a second, for too long.
func (m *companion) isTooSlow(fastest float64) bool {
	own := m.perSecond()
	switch {
	case m.taken.Load() == 0:
		return m.late >= beginning
	case fastest == 0:
		return m.held >= unmeasured
	}
	times := fastest / own
	return times >= apart && m.held >= patience(times)
}

// patience returns for how long in sum a target may hold up one that is so many times as fast.
func patience(times float64) time.Duration {
	return max(leastHeldUp, time.Duration(float64(heldUp)/times))
}
