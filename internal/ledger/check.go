package ledger

import (
	"time"

	"github.com/opencontainers/go-digest"
)

// A Check is what a check found of an image and one of its destinations.
type Check struct {
	Source string        // the source image, in the form that all its spellings share
	From   digest.Digest // the digest that the source has
	Wanted digest.Digest // the digest that the destination should have
	By     string        // how that follows from From; see [Destination]
	Has    digest.Digest // the digest that it has; "" = none
	// Contested says that entries of other source images have the destination, and Rival is the owner that the record
	// had, if it is one of these images. Both are unknown if Unsure is true: the owner stays whoever it is.
	Contested bool
	Rival     string
	Unsure    bool
	// Unlike says that an entry of the same source image wants something else of it at the destination, and that this
	// one is not the one that the record was made by.
	Unlike bool
	// Later says that the source's record is of a later [Version]: that may hold the image.
	Later bool
	// Retry has a job submitted now though one failed a short time ago.
	Retry bool
	Now   time.Time
}

// After returns the record after a check, and why no job may be submitted for the destination; nil if one may. The
// error is [ErrLater], [ErrContested], an [*OwnedError], a [*HeldError] or a [*FailedError]. Whether a job is in flight
// is not looked at; see [Claim.Live].
func (d Destination) After(c Check) (Destination, error) {
	if d.Later || c.Later {
		return d, ErrLater
	}
	if err := d.own(c); err != nil {
		return d, err
	}
	d.Wanted, d.From, d.By = c.Wanted, c.From, c.By
	if c.Has == c.Wanted {
		return d.arrived(), nil
	}
	if d.Behind.IsZero() {
		d.Behind = c.Now
	}
	if d.Hold.Held() {
		return d, &HeldError{d.Hold}
	}
	d = d.counted(c)
	if !c.Retry && d.Failure.Waits(c.asks(), c.Now) {
		return d, d.failed()
	}
	return d, nil
}

// own makes the check's source the owner of the destination, unless another entry has it.
func (d *Destination) own(c Check) error {
	switch {
	case c.Unlike:
		return ErrContested
	case d.Owner.Source == c.Source || c.Unsure:
	case c.Rival != "" && c.Rival == d.Owner.Source:
		return &OwnedError{d.Owner}
	case c.Contested:
		return ErrContested
	default: // nobody is, or one whose entry is gone
		d.Owner = Owner{Source: c.Source, Since: c.Now}
	}
	return nil
}

// arrived returns the record of a destination that has what it should have.
func (d Destination) arrived() Destination {
	if d.Outcome.Error == "" && d.Outcome.Digest == d.Wanted {
		d.Wrote = d.Wanted
	}
	if d.Claim.Digest == d.From && d.Claim.Wanted == d.Wanted { // its job has done with this destination
		d.Claim = Claim{}
	}
	d.Failure, d.Behind = Failure{}, time.Time{}
	if d.Outcome.Failed() { // which is over, and does not count when the destination lacks something again
		d.Failure.Job = d.Outcome.Job
	}
	return d
}

// counted returns the record with the last job's outcome counted, if that failed for good and is not counted yet.
func (d Destination) counted(c Check) Destination {
	if o := d.Outcome; o.Failed() && o.Job != d.Failure.Job {
		d.Failure = d.Failure.again(o.Job, d.asked(o, c), c.Now)
	}
	return d
}

// asked returns what a job was to copy, and what the destination had when it was asked to: as the claim says, because
// somebody may have changed the destination since. Of a job that is not the claim's the latter is not known, and taken
// for what is there now. A job that could not read its source does not know what it was to copy.
func (d Destination) asked(o Outcome, c Check) Asked {
	asked := c.asks()
	if d.Claim.Job == o.Job {
		asked = d.Claim.asked()
	}
	switch {
	case o.From == "" || o.From == asked.From:
	case asked.Wanted == asked.From: // the image as it is
		asked.Wanted, asked.From = o.From, o.From
	default:
		asked.From = o.From
	}
	return asked
}

// failed says that jobs failed: why the last did, and where its log is.
func (d Destination) failed() *FailedError {
	if d.Outcome.Job == d.Failure.Job && d.Outcome.Error != "" {
		return &FailedError{Failure: d.Failure, Why: d.Outcome.Error, Log: d.Outcome.Log}
	}
	return &FailedError{Failure: d.Failure, Why: d.Failure.Because}
}
