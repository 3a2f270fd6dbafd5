package mirror

import (
	"sync/atomic"
	"time"

	"ecrmirror/internal/chunked"
)

// A load is what the sinks of one target do at present.
type load struct {
	busy  atomic.Int64 // sinks, and questions, that wait for the target and not for the stream
	owing atomic.Int64 // sinks that have bytes which the target has not taken yet
	taken atomic.Int64 // bytes of streams so far
	lent  atomic.Int64 // bytes that it holds, some of which it may have taken
}

// A speed is how fast a target has shown to be, in all convoys.
type speed struct {
	load
	least *chunked.RateWatch

	// Of the goroutine that looks at the target's convoy.
	seen    int64         // bytes taken when it was last looked at
	begins  time.Duration // busy before it took its first byte
	busyFor time.Duration // busy since then
}

// perSecond returns how many bytes the target takes at most in a second in which it has some to take.
func (s *speed) perSecond() float64 {
	busyFor := s.busyFor
	if s.taken.Load() == 0 {
		busyFor = s.begins
	}
	return float64(s.taken.Load()+s.lent.Load()) / max(busyFor, look).Seconds()
}
