package ledger

import (
	"time"

	"github.com/opencontainers/go-digest"
)

// How long after a job that failed for good the next one is submitted: FirstRetry after the first, twice as long after
// each further one, LongestRetry at most.
const (
	FirstRetry   = time.Hour
	LongestRetry = 24 * time.Hour
)

// A Failure is what is remembered of jobs that failed for good, one after the other, to bring one digest to a
// destination.
type Failure struct {
	Times int           // how many; 0 = none
	Job   string        // the last of them
	From  digest.Digest // the source's digest that they were to copy
	Has   digest.Digest // what the destination had then; "" = nothing
	Next  time.Time     // before it no job is submitted, unless the source or the destination changes
}

// Counted returns the record with the last job's outcome counted, if it failed for good and is not counted yet, and
// whether that changes it. Has is what the destination has now.
func (d Destination) Counted(has digest.Digest, now time.Time) (Destination, bool) {
	o, f := d.Outcome, d.Failure
	switch {
	case !o.Failed() || o.Job == f.Job:
		return d, false
	case o.From != f.From || has != f.Has:
		f.Times = 0
	}
	f.Times++
	d.Failure = Failure{Times: f.Times, Job: o.Job, From: o.From, Has: has, Next: now.Add(retryAfter(f.Times))}
	return d, true
}

// Waits reports whether a job that copies a digest has to wait, because jobs failed to copy the same one to a
// destination that had the same: until [Failure.Next].
func (f Failure) Waits(from, has digest.Digest, now time.Time) bool {
	return f.Times > 0 && f.From == from && f.Has == has && now.Before(f.Next)
}

// retryAfter returns how long to wait after so many failures.
func retryAfter(times int) time.Duration {
	wait := FirstRetry
	for range times - 1 {
		if wait *= 2; wait >= LongestRetry {
			return LongestRetry
		}
	}
	return wait
}
