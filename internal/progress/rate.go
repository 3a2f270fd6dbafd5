package progress

import "time"

// rateWindow is how far back a rate looks.
const rateWindow = 5 * time.Second

// A rate is that of a growing number over the last rateWindow. The number is sampled at
// every interval of the view, which bounds the samples.
type rate struct{ samples []sample }

type sample struct {
	at    time.Time
	bytes int64
}

// add takes a sample and forgets those that are too old.
func (r *rate) add(at time.Time, bytes int64) {
	r.samples = append(r.samples, sample{at, bytes})
	old := 0
	for old < len(r.samples)-2 && at.Sub(r.samples[old+1].at) >= rateWindow {
		old++
	}
	r.samples = r.samples[:copy(r.samples, r.samples[old:])]
}

// perSecond returns the rate in bytes per second, 0 if it is not known yet.
func (r *rate) perSecond() float64 {
	if len(r.samples) == 0 {
		return 0
	}
	first, last := r.samples[0], r.samples[len(r.samples)-1]
	elapsed := last.at.Sub(first.at).Seconds()
	if elapsed <= 0 {
		return 0
	}
	return float64(last.bytes-first.bytes) / elapsed
}
