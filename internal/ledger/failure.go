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
// destination, made of one digest of the source.
type Failure struct {
	Times int    // how many; 0 = none
	Job   string // the last of them
	Asked        // what they were to do
	// Because is why the last job failed, if it has no outcome: what Batch says.
	Because string
	Next    time.Time // before it no job is submitted, unless the source or the destination changes
}

// Asked is what a job is asked to do at a destination.
type Asked struct {
	From   digest.Digest // the source's digest that it is to copy
	Wanted digest.Digest // the digest that the destination is to have then
	Has    digest.Digest // what the destination has before; "" = nothing
}

// asked returns what a claim's job is asked.
func (c Claim) asked() Asked { return Asked{c.Digest, c.Wanted, c.Has} }

// asks returns what a job would be asked after a check.
func (c Check) asks() Asked { return Asked{c.From, c.Wanted, c.Has} }

// Died returns the record after a check if the job of its claim, for what the check asks for, has ended without a word,
// as Batch says, and is not counted yet: it counts as one that failed for good. The error is as of [Destination.After].
func (d Destination) Died(because string, c Check) (Destination, error) {
	job := d.Claim.Job
	if job == "" || d.Outcome.Job == job || d.Failure.Job == job || !d.Claim.IsFor(c) {
		return d, nil
	}
	d.Failure = d.Failure.again(job, d.Claim.asked(), c.Now)
	d.Failure.Because = because
	return d.After(c)
}

// again returns the failure after a further job.
func (f Failure) again(job string, asked Asked, now time.Time) Failure {
	times := f.Times
	if asked != f.Asked {
		times = 0
	}
	times++
	return Failure{Times: times, Job: job, Asked: asked, Next: now.Add(retryAfter(times))}
}

// Waits reports whether a job has to wait, because jobs failed that were asked the same: until [Failure.Next].
func (f Failure) Waits(asked Asked, now time.Time) bool {
	return f.Times > 0 && f.Asked == asked && now.Before(f.Next)
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
