package ledger

import (
	"time"

	"github.com/opencontainers/go-digest"
)

// A Destination is what is remembered of an image at a destination. Each member has one program that writes it: Outcome
// is the jobs', everything else the controller's.
type Destination struct {
	Owner   Owner
	Wanted  digest.Digest // what the destination should have; "" = not yet known
	From    digest.Digest // the source's digest that Wanted was computed from
	By      string        // how: the rule and the platforms; "" = Wanted is From, the image as it is
	Behind  time.Time     // since when a check has found it without Wanted; zero = the last one found it there
	Wrote   digest.Digest // what this service last wrote there, as the controller saw it afterwards; "" = nothing
	Claim   Claim
	Failure Failure
	Hold    Hold
	Outcome Outcome
	// Artifacts are those of the image that the destination has.
	Artifacts Artifacts
	// Revision counts the writes of the controller. A write is refused if the revision is another than was read.
	Revision int64
	// Later is true of a record of a later [Version]. Nothing else of it is known.
	Later bool
}

// Kept returns why no job is submitted for the destination of a source image, as far as the record tells: an error as
// of [Destination.After], or nil.
func (d Destination) Kept(source string, now time.Time) error {
	switch {
	case d.Later:
		return ErrLater
	case d.Owner.Source != source && d.Owner.Source != "":
		return &OwnedError{d.Owner}
	case d.Behind.IsZero():
		return nil
	case d.Hold.Held():
		return &HeldError{d.Hold}
	case now.Before(d.Failure.Next):
		return d.failed()
	}
	return nil
}

// An Owner is the source image that a destination's tag is mirrored from.
type Owner struct {
	Source string    // its name, in the form that all its spellings share; "" = none is recorded
	Since  time.Time // when it was recorded
}

// A Hold keeps an image as it is.
type Hold struct {
	Because string    // what somebody gave as the reason
	Since   time.Time // zero = there is no hold
}

// Held reports whether there is a hold.
func (h Hold) Held() bool { return !h.Since.IsZero() }
