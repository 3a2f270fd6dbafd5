package convoy

import (
	"context"
	"errors"
	"sync"
	"time"
)

// A Place is what a member reads streams for.
type Place interface {
	Speed() *Speed
	// LacksBlobs reports whether it is not known to have all blobs.
	LacksBlobs() bool
	// HasFailed reports whether it was given up.
	HasFailed() bool
	// TooSlow gives it up since it stays below its least rate.
	TooSlow(err error)
}

// ErrSetAside is why what a place does in a convoy ends when it has to leave it.
var ErrSetAside = errors.New("set aside: it held up faster destinations")

// A Member is a place in a convoy.
type Member[P Place] struct {
	Place P

	ctx    context.Context // ends when the member leaves, or the place fails
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	gone  bool
	tasks sync.WaitGroup // what the place does in this convoy; nothing is added once it is gone

	// Of the goroutine that looks: how long the place was busy while others waited, before it took its first byte and
	// after.
	late, held time.Duration
}

// Context returns the context of what the place does in this convoy. It ends when the member leaves.
func (m *Member[P]) Context() context.Context { return m.ctx }

// Begin says that the place begins to do something in this convoy, and reports whether it may: it may not once the
// member has left. Done ends what it began.
func (m *Member[P]) Begin() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.gone {
		return false
	}
	m.tasks.Add(1)
	return true
}

// Done ends what Begin began.
func (m *Member[P]) Done() { m.tasks.Done() }

// HasLeft reports whether the member has left, or is about to.
func (m *Member[P]) HasLeft() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.gone
}

// IsHere reports whether the member has not left, and its place has not failed.
func (m *Member[P]) IsHere() bool { return !m.HasLeft() && !m.Place.HasFailed() }

// Leave ends all that the place does in this convoy. Wait returns when that has ended.
func (m *Member[P]) Leave() {
	m.mu.Lock()
	m.gone = true
	m.mu.Unlock()
	m.cancel(ErrSetAside)
}

// Wait waits for what the place did in this convoy. It comes after Leave.
func (m *Member[P]) Wait() { m.tasks.Wait() }

// count notes that the place was busy for so long, and whether it was waited for.
func (m *Member[P]) count(passed time.Duration, heldUp bool) {
	speed := m.Place.Speed()
	busyFor, held := &speed.busyFor, &m.held
	if speed.Load.Taken.Load() == 0 {
		busyFor, held = &speed.begins, &m.late
	}
	*busyFor += passed
	if heldUp {
		*held += passed
	}
}

// isTooSlow reports whether the place has held up one of that speed, in bytes a second, for too long.
func (m *Member[P]) isTooSlow(fastest float64) bool {
	switch {
	case m.Place.Speed().Load.Taken.Load() == 0:
		return m.late >= beginning
	case fastest == 0:
		return m.held >= unmeasured
	}
	times := fastest / m.perSecond()
	return times >= apart && m.held >= patience(times)
}

func (m *Member[P]) perSecond() float64 { return m.Place.Speed().PerSecond() }
