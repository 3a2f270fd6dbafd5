// Package convoy keeps places together that read the same streams, and tells which of them hold up faster ones and have
// to go on by themselves.
package convoy

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"ecrmirror/internal/sleep"
)

// A Convoy is the places that read the same streams. Members that hold up faster ones have to leave it.
type Convoy[P Place] struct {
	members  []*Member[P]
	together bool         // no member has to leave
	blocked  atomic.Int64 // streams and blobs that wait for what members hold
}

// New returns a convoy. Its members never have to leave if they are to stay together.
func New[P Place](together bool) *Convoy[P] { return &Convoy[P]{together: together} }

// Join adds a place. The context is for all that it does. All join before the convoy is watched.
func (c *Convoy[P]) Join(ctx context.Context, place P) {
	m := &Member[P]{Place: place}
	m.ctx, m.cancel = context.WithCancelCause(ctx)
	c.members = append(c.members, m)
}

// Members returns all members, in the order in which they joined.
func (c *Convoy[P]) Members() []*Member[P] { return c.members }

// Here returns the members that have neither left nor failed.
func (c *Convoy[P]) Here() (here []*Member[P]) {
	for _, m := range c.members {
		if m.IsHere() {
			here = append(here, m)
		}
	}
	return here
}

// Blocked counts what cannot go on as long as members hold what they hold.
func (c *Convoy[P]) Blocked() *atomic.Int64 { return &c.blocked }

// Waiting does something, and counts it as blocked meanwhile.
func (c *Convoy[P]) Waiting(do func()) {
	c.blocked.Add(1)
	defer c.blocked.Add(-1)
	do()
}

// Watch looks at the members until the context ends, and calls leave with those that have to leave.
func (c *Convoy[P]) Watch(ctx context.Context, leave func([]*Member[P])) {
	for last := time.Now(); ; {
		every := look
		if len(c.Here()) < 2 { // one alone holds up nobody
			every = lookAlone
		}
		if sleep.For(ctx, every) != nil {
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

// holdToRates gives up the places that stay below their least rate.
func (c *Convoy[P]) holdToRates(passed time.Duration) {
	for _, m := range c.Here() {
		if err := m.Place.Speed().belowLeast(passed); err != nil {
			m.Place.TooSlow(err)
		}
	}
}

// judge counts the time that has passed since it was last called, by what the members do now, and returns those that
// have held up others for too long.
func (c *Convoy[P]) judge(passed time.Duration) (slow []*Member[P]) {
	var waiting, busy []*Member[P]
	for _, m := range c.Here() {
		if m.Place.Speed().Load.Busy.Load() > 0 {
			busy = append(busy, m)
		} else if m.Place.LacksBlobs() {
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

// withTheirLike adds the members that are hardly faster than those which have to leave, so that they go on together;
// none that is about as fast as the fastest of those that are waited for, and so never all.
func (c *Convoy[P]) withTheirLike(slow []*Member[P], fastest float64) []*Member[P] {
	var like float64
	for _, m := range slow {
		like = max(like, m.perSecond()*apart)
	}
	like = min(like, fastest/apart)
	for _, m := range c.Here() {
		if !slices.Contains(slow, m) && m.Place.LacksBlobs() && m.perSecond() < like {
			slow = append(slow, m)
		}
	}
	return slow
}
