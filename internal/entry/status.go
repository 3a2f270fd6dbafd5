package entry

import (
	"time"

	"github.com/opencontainers/go-digest"
)

// Status is what checks have found of an entry. It has the entry's present destinations that were ever checked.
type Status struct {
	// Checked is when the entry was last checked, or up to [RefreshAfter] earlier if nothing has changed since; zero =
	// never.
	Checked time.Time
	Source  digest.Digest // the source's, when it was last to be had; "" = never
	Left    Left          // of Source; zero if that is not known, and of a selection
	// State is Failing or Deferred if the entry as a whole could not be judged, and Error says why; otherwise "".
	State        State
	Error        string
	Destinations map[string]DestinationStatus // by name, as in the entry
}

// DestinationStatus is what is known of one destination.
type DestinationStatus struct {
	State    State
	Digest   digest.Digest // when it was last to be had; "" = it did not exist, or is not known
	Behind   time.Time     // since when it is not known to have the source's digest; zero while it has
	Mirrored time.Time     // when it was first seen to have caught up, the last time that it had to; zero = never seen
	Error    string        // why it is failing, deferred, or what became of the last job
	Log      string        // of the job that Error is about, GROUP:STREAM in CloudWatch Logs; "" = not known
	JobID    string        // the last job submitted for it
	Jobs     int           // how many jobs were submitted since Behind
	Images   int           // of a selection: how many it chose for the destination; 0 = not known
}

// Left is what is left of a source where an entry asks for some platforms of it.
type Left struct {
	Digest digest.Digest // what destinations should have
	By     string        // how that follows from the source's digest: the rule and the platforms
}

// Worst returns the worst state among the entry's own and its destinations', "" if
// the entry was never checked.
func (s Status) Worst() State {
	worst := s.State
	for _, d := range s.Destinations {
		if d.State.rank() > worst.rank() {
			worst = d.State
		}
	}
	return worst
}

// Mirrored returns when a destination was last seen to have caught up; zero = never.
func (s Status) Mirrored() time.Time {
	var last time.Time
	for _, d := range s.Destinations {
		if d.Mirrored.After(last) {
			last = d.Mirrored
		}
	}
	return last
}

// Behind returns since when some destination is not known to have the source's
// digest; zero if all have it. now.Sub of it is how far behind the entry is.
func (s Status) Behind() time.Time {
	var first time.Time
	for _, d := range s.Destinations {
		if !d.Behind.IsZero() && (first.IsZero() || d.Behind.Before(first)) {
			first = d.Behind
		}
	}
	return first
}

// Equal reports whether both are the same, the time of the check apart.
func (s Status) Equal(other Status) bool {
	same := s.Source == other.Source && s.Left == other.Left && s.State == other.State && s.Error == other.Error &&
		len(s.Destinations) == len(other.Destinations)
	for name, d := range s.Destinations {
		o, ok := other.Destinations[name]
		d.Behind, o.Behind = Precise(d.Behind), Precise(o.Behind)
		d.Mirrored, o.Mirrored = Precise(d.Mirrored), Precise(o.Mirrored)
		same = same && ok && d == o
	}
	return same
}

// Precise returns a time as a status has it after it was written and read: in UTC, to the millisecond.
func Precise(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}
