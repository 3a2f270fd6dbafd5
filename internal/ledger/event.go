package ledger

import (
	"cmp"
	"time"

	"github.com/opencontainers/go-digest"
)

// A Kind is a kind of [Event].
type Kind string

// The kinds of events.
const (
	Moved     Kind = "moved"     // the source has another digest
	Owned     Kind = "owned"     // the destination has another owner
	Submitted Kind = "submitted" // a job was submitted
	Copied    Kind = "copied"    // the destination has what a job has written
	Failed    Kind = "failed"    // a job failed for good, or died
	Held      Kind = "held"
	Released  Kind = "released"
)

// An Event is a change of what is known of an image.
type Event struct {
	Key    Key
	Time   time.Time
	Kind   Kind
	Before digest.Digest // what the source had, or the destination, as far as that is known
	After  digest.Digest // what it has, or is to have
	From   digest.Digest // of a destination: the source's digest that After was made of
	Job    string        // "" = none
	Text   string        // the owner, the reason of a hold, why a job failed, who has signed what was copied; "" = none
	Bytes  int64         // that a job sent
	Took   time.Duration // by a job
}

// Changes returns what happened to an image at its source, given its records before and after. That it is seen for the
// first time is no change.
func (s Source) Changes(k Key, read Source) []Event {
	if s.Digest == read.Digest || read.Digest == "" {
		return nil
	}
	return []Event{{Key: k, Time: s.Since, Kind: Moved, Before: read.Digest, After: s.Digest}}
}

// Changes returns what happened to an image at a destination, given its records before and after. That it has its first
// owner is no change.
func (d Destination) Changes(k Key, read Destination, now time.Time) (events []Event) {
	add := func(e Event) {
		e.Key, e.Time = k, now
		events = append(events, e)
	}
	if d.Owner != read.Owner && read.Owner.Source != "" {
		add(Event{Kind: Owned, Text: d.Owner.Source})
	}
	if d.Claim.Job != "" && d.Claim.Job != read.Claim.Job {
		before := cmp.Or(d.Claim.Has, read.Wrote)
		add(Event{Kind: Submitted, Before: before, After: d.Wanted, From: d.From, Job: d.Claim.Job})
	}
	if d.Wrote != read.Wrote {
		o, before := d.Outcome, cmp.Or(read.Claim.Has, read.Wrote)
		add(Event{
			Kind: Copied, Before: before, After: d.Wrote, From: d.From, Job: o.Job, Bytes: o.Bytes, Took: o.Took,
			Text: o.Verified,
		})
	}
	if d.Failure.Job != "" && d.Failure.Job != read.Failure.Job {
		add(Event{
			Kind: Failed, Before: d.Failure.Has, From: d.Failure.From, Job: d.Failure.Job, Text: d.failed().Why,
		})
	}
	switch {
	case d.Hold == read.Hold:
	case d.Hold.Held():
		add(Event{Kind: Held, Before: d.Wrote, Text: d.Hold.Because})
	default:
		add(Event{Kind: Released, Before: d.Wrote, Text: read.Hold.Because})
	}
	return events
}
