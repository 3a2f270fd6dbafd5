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
	// Because is why the last job failed, if it has no outcome: what Batch says.
	Because string
	Next    time.Time // before it no job is submitted, unless the source or the destination changes
}

// Died returns the record after a check if the job of its claim, for the digest that the source still has, has ended
// without a word, as Batch says, and is not counted yet: it counts as one that failed for good. The error is as of
// [Destination.After].
func (d Destination) Died(because string, c Check) (Destination, error) {
	job := d.Claim.Job
	if job == "" || d.Outcome.Job == job || d.Failure.Job == job || d.Claim.Digest != c.From {
		return d, nil
	}
	d.Failure = d.Failure.again(job, d.Claim.Digest, d.Claim.Has, c.Now)
	d.Failure.Because = because
	return d.After(c)
}

// again returns the failure after a further job that was to copy a digest to a destination that has another.
func (f Failure) again(job string, from, has digest.Digest, now time.Time) Failure {
	times := f.Times
	if from != f.From || has != f.Has {
		times = 0
	}
	times++
	return Failure{Times: times, Job: job, From: from, Has: has, Next: now.Add(retryAfter(times))}
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
