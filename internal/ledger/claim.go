package ledger

import (
	"time"

	"github.com/opencontainers/go-digest"
)

// Times of claims. They are far apart because controllers may have clocks that differ by [ClockSkew]: who claims has
// long given up when somebody else takes the claim for one that was left behind.
const (
	// SubmitWithin is how long after its claim a job may be submitted.
	SubmitWithin = 5 * time.Minute
	// ClockSkew is how far the clocks of two controllers may be apart.
	ClockSkew = time.Hour
	// ClaimFor is how long a claim lasts by the clock of who made it, where no job is known to have come of it.
	ClaimFor = ClockSkew + 2*SubmitWithin
)

// A Claim says that a job is being submitted for an image, or was.
type Claim struct {
	Request string        // the name of the job; "" = there is no claim
	ID      string        // tells the claim from others for a job of that name
	Digest  digest.Digest // the source's, which the job copies
	Wanted  digest.Digest // what the destination has once the job has ended
	Has     digest.Digest // what the destination had; "" = nothing
	Until   time.Time     // when the claim ends where no job came of it
	Job     string        // the id of the job, once it was submitted and that is known
}

// Claimed returns a claim that is made now, after a check.
func Claimed(request, id string, c Check, now time.Time) Claim {
	return Claim{
		Request: request, ID: id, Digest: c.From, Wanted: c.Wanted, Has: c.Has, Until: now.Add(ClaimFor),
	}
}

// IsFor reports whether the claim's job does what a check asks for: it copies the digest that the source has, and the
// destination has then what it should have.
func (c Claim) IsFor(check Check) bool { return c.Digest == check.From && c.Wanted == check.Wanted }

// Unfinished are the jobs that have not ended.
type Unfinished interface {
	// Job reports whether a job of that id has not ended.
	Job(id string) bool
	// Request reports whether a job of that name has not ended.
	Request(name string) bool
}

// Live reports whether a job is, or may still be, about the image, by a listing of jobs that was begun at a time: not
// now, because a program may have been stopped for hours since. A claim of which a job is known is live until that job
// has ended; one of which none is known also until its time is over, because somebody may be about to submit it.
func (c Claim) Live(jobs Unfinished, listed time.Time) bool {
	switch {
	case c.Request == "":
		return false
	case c.Job != "":
		return jobs.Job(c.Job)
	case jobs.Request(c.Request):
		return true
	}
	return listed.Before(c.Until)
}
