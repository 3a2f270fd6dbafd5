package entry

import (
	"slices"
	"time"

	"github.com/opencontainers/go-digest"
)

// A Result is what one check of an entry found, and what the submission of a job came to that may have followed it.
type Result struct {
	Source string        // the entry's
	Time   time.Time     // when the first of its images was asked for: a check that began later knows better
	Digest digest.Digest // that the source has; "" if it could not be had
	Size   int64         // of the source in bytes, of an index that of its largest image; 0 = not known
	// Err is why the entry as a whole could not be judged, or not now. It then goes for all of its destinations,
	// and Destinations is empty.
	Err error
	// Twin is set where another entry has the same image as its source. The destinations are mirrored all the same.
	Twin         error
	Destinations []DestinationResult // those judged, in the entry's order; others keep the status they have
}

// A DestinationResult is what a check found of one destination.
type DestinationResult struct {
	Name   string        // as in the entry
	Wanted digest.Digest // that it should have
	Digest digest.Digest // that it has; "" if it does not exist, or that is not known
	State  State
	Err    error // of states Failing and Deferred: why. It must not hold secrets
	// Differs says that it was to be mirrored, whatever has become of that: a job was submitted or was in flight,
	// the job was put off, or could not be submitted.
	Differs bool
	Absent  error  // that its repository does not exist, which the job creates; nil if it does
	JobID   string // of state Submitted: the job, if it was submitted just now
}

// State returns Failing or Deferred if the entry as a whole could not be judged, otherwise "".
func (r Result) State() State {
	if r.Err == nil {
		return ""
	}
	return StateOf(r.Err)
}

// Differing returns how many destinations were to be mirrored, whatever has become of that.
func (r Result) Differing() (n int) {
	for _, d := range r.Destinations {
		if d.Differs {
			n++
		}
	}
	return n
}

// Stale reports whether a job is to be submitted: a destination is stale.
func (r Result) Stale() bool {
	return slices.ContainsFunc(r.Destinations, func(d DestinationResult) bool { return d.State == Stale })
}

// Refused reports whether no job could be submitted for the destination.
func (d DestinationResult) Refused() bool { return d.Differs && d.State == Failing }

// Reason says in a few words why the destination has its state.
func (d DestinationResult) Reason() string {
	switch {
	case d.Err != nil:
		return d.Err.Error()
	case d.State == Current:
		return "has the source's digest"
	case d.Absent != nil:
		return d.Absent.Error() + "; the job creates it"
	case d.Digest == "":
		return "does not exist"
	}
	return "has " + d.Digest.String()
}
