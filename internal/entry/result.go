package entry

import (
	"slices"
	"time"

	"github.com/opencontainers/go-digest"
)

// A Result is what one check of an entry found. A submission of jobs that follows the check is noted in it, too.
type Result struct {
	Source string        // the entry's
	Time   time.Time     // when the check asked for its first image; a later check replaces an earlier one
	Digest digest.Digest // the digest that the source has; "" if the check could not tell
	Left   Left          // of the source; zero if all platforms are asked for, or if the check could not tell
	Size   int64         // bytes of the source, of an index those of its largest image; 0 if not known
	// Err is why the check could not judge the entry as a whole. It concerns all destinations, and Destinations is
	// empty.
	Err error
	// Twin is an error if another entry has the same source image. The destinations are mirrored all the same.
	Twin         error
	Destinations []DestinationResult // in the entry's order; a destination that was not judged keeps its status
}

// A DestinationResult is what a check found of one destination.
type DestinationResult struct {
	Name   string        // as in the entry
	Wanted digest.Digest // the digest that the destination should have
	Digest digest.Digest // the digest that it has; "" if it does not exist, or if that is not known
	State  State
	Err    error // why the state is Failing or Deferred. It must not hold secrets
	// Differs says that the check found the destination stale. The state may be another by now: a job was submitted
	// or is in flight, was put off, or could not be submitted.
	Differs bool
	Wants   Wants // what it should have of the source, and on what terms
	Absent  error // says that the repository does not exist; the copy creates it; nil if it exists
	Images  int   // of a selection: how many it chooses for the destination; 0 of an image entry
	// Behind is, of a selection and its images, since when the image that is behind for the longest is, as the ledger
	// remembers; zero = not known.
	Behind time.Time
	JobID  string // the job that was submitted; "" if none was, or another job is in flight
	Log    string // of the job that failed, GROUP:STREAM in CloudWatch Logs; "" if none did, or it is not known
}

// Trimmed returns the digest that the destination should have and the platforms, one by one, where these are not all of
// the source's; else "" and nil.
func (d DestinationResult) Trimmed() (wanted digest.Digest, platforms []string) {
	if platforms = d.Wants.Options().PlatformTexts(); platforms == nil {
		return "", nil
	}
	return d.Wanted, platforms
}

// State returns Failing or Deferred if the entry as a whole could not be judged, and "" otherwise.
func (r Result) State() State {
	if r.Err == nil {
		return ""
	}
	return StateOf(r.Err)
}

// Differing returns the number of destinations that the check found stale.
func (r Result) Differing() (n int) {
	for _, d := range r.Destinations {
		if d.Differs {
			n++
		}
	}
	return n
}

// Stale reports whether a destination is stale, so that a job is to be submitted.
func (r Result) Stale() bool {
	return slices.ContainsFunc(r.Destinations, func(d DestinationResult) bool { return d.State == Stale })
}

// Refused reports whether no job could be submitted for the destination.
func (d DestinationResult) Refused() bool { return d.Differs && d.State == Failing }

// Reason says in a few words why the destination has its state.
func (d DestinationResult) Reason() string {
	switch platforms := d.Wants.Options().Platforms; {
	case d.Err != nil:
		return d.Err.Error()
	case d.State == Current && platforms != "":
		return "has what is left of the source for " + platforms
	case d.State == Current:
		return "has the source's digest"
	case d.Absent != nil:
		return d.Absent.Error() + "; it is created with the copy"
	case d.Digest == "":
		return "does not exist"
	}
	return "has " + d.Digest.String()
}
