package chunked

import (
	"fmt"
	"time"
)

// The defaults of a [LeastRate]. What stays below them would not move 700 MiB in the six hours that a
// job has.
const (
	usualLeastRate = 32 << 10         // bytes a second
	usualOver      = 10 * time.Minute // long enough for a connection that comes back
)

// A LeastRate is how fast one end of a copy has to be while it is waited for. The zero value is the
// default of each field.
type LeastRate struct {
	BytesPerSecond int64         // 0 means 32 KiB; a negative number means that any rate will do
	Over           time.Duration // the time of waiting over which it is measured; 0 means 10 minutes
}

// WithDefaults returns the rate with the default of each field that is 0.
func (l LeastRate) WithDefaults() LeastRate {
	if l.BytesPerSecond == 0 {
		l.BytesPerSecond = usualLeastRate
	}
	if l.Over <= 0 {
		l.Over = usualOver
	}
	return l
}

// A RateError says that one end of a copy stayed below its least rate.
type RateError struct {
	Rate  int64 // bytes a second, while it was waited for
	Least LeastRate
}

func (e *RateError) Error() string {
	return fmt.Sprintf("%s over %v, which is below the least rate of %s", perSecond(e.Rate), e.Least.Over,
		perSecond(e.Least.BytesPerSecond))
}

// Timeout returns true: another time it may be faster.
func (e *RateError) Timeout() bool { return true }

// Transient returns true.
func (e *RateError) Transient() bool { return true }

func perSecond(rate int64) string {
	switch {
	case rate < 1<<10:
		return fmt.Sprintf("%d B/s", rate)
	case rate < 1<<20:
		return fmt.Sprintf("%.1f KiB/s", float64(rate)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB/s", float64(rate)/(1<<20))
}

// A RateWatch holds what arrives while it is waited for against a [LeastRate]. It is used by one
// goroutine at a time.
type RateWatch struct {
	least  LeastRate
	waited time.Duration // since the window began
	bytes  int64
}

// NewRateWatch returns a watch that has seen nothing.
func NewRateWatch(least LeastRate) *RateWatch { return &RateWatch{least: least.WithDefaults()} }

// Add counts bytes that came after a wait. It returns a *[RateError] if the rate of a whole window of
// [LeastRate].Over was too low. Windows follow each other, so it may do so after twice that time.
func (w *RateWatch) Add(waited time.Duration, bytes int64) error {
	if w.least.BytesPerSecond < 0 {
		return nil
	}
	w.waited += waited
	w.bytes += bytes
	if w.waited < w.least.Over {
		return nil
	}
	rate := int64(float64(w.bytes) / w.waited.Seconds())
	w.waited, w.bytes = 0, 0
	if rate < w.least.BytesPerSecond {
		return &RateError{Rate: rate, Least: w.least}
	}
	return nil
}
