package entry

import (
	"errors"
	"time"
)

// State says how an entry, or one of its destinations, stood when it was last checked.
type State string

// The states, from good to bad. The zero State is that of what was never checked.
const (
	Current   State = "current"   // has the source's digest
	Deferred  State = "deferred"  // not judged, by a [Deferral]; the next check will do it
	Submitted State = "submitted" // differs, and a job is in flight for it
	Stale     State = "stale"     // differs, and no job is in flight
	Failing   State = "failing"   // could not be judged, or no job could be submitted
)

// A Deferral is an error that is no failure: a registry is rate-limited, or was not reached in time. What it concerns
// is put off.
type Deferral interface {
	error
	// DeferredUntil returns when it may be tried again; the zero time if that is not known.
	DeferredUntil() time.Time
}

// StateOf returns the state of an entry or a destination that an error kept from being judged: Deferred if the error is
// a [Deferral], and Failing otherwise.
func StateOf(err error) State {
	if _, ok := errors.AsType[Deferral](err); ok {
		return Deferred
	}
	return Failing
}

// Known reports whether it is one of the states.
func (s State) Known() bool { return s.rank() > 0 }

// Worse reports whether it is a worse state than another; any is worse than none.
func (s State) Worse(than State) bool { return s.rank() > than.rank() }

// rank orders the states from good to bad.
func (s State) rank() int {
	for i, state := range []State{Current, Deferred, Submitted, Stale, Failing} {
		if s == state {
			return i + 1
		}
	}
	return 0
}
