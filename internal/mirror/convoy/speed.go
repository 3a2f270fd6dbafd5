package convoy

import (
	"time"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/mirror/fanout"
)

// A Speed is how fast a place has shown to be, in all convoys that it was in.
type Speed struct {
	Load fanout.Load

	least *chunked.RateWatch

	// Of the goroutine that looks at the place's convoy.
	seen    int64         // bytes taken when it was last looked at
	begins  time.Duration // busy before it took its first byte
	busyFor time.Duration // busy since then
}

// NewSpeed returns the speed of a place that has taken nothing, and has to keep to a least rate.
func NewSpeed(least chunked.LeastRate) *Speed { return &Speed{least: chunked.NewRateWatch(least)} }

// PerSecond returns how many bytes the place takes at most in a second in which it has some to take.
func (s *Speed) PerSecond() float64 {
	busyFor := s.busyFor
	if s.Load.Taken.Load() == 0 {
		busyFor = s.begins
	}
	return float64(s.Load.Taken.Load()+s.Load.Lent.Load()) / max(busyFor, look).Seconds()
}

// belowLeast returns a *[chunked.RateError] if the place stays below its least rate, now that so much time has passed.
func (s *Speed) belowLeast(passed time.Duration) error {
	taken := s.Load.Taken.Load()
	waited := passed
	if s.Load.Owing.Load() == 0 {
		waited = 0
	}
	err := s.least.Add(waited, taken-s.seen)
	s.seen = taken
	return err
}
