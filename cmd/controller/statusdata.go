package main

import (
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/output"
)

// entryStatus is the status of one entry: an element of the list that --output json prints.
type entryStatus struct {
	Source string        `json:"source"`
	State  entry.State   `json:"state"`            // the worst of the entry and its destinations
	Digest digest.Digest `json:"digest,omitempty"` // the source's, when it was last to be had
	// Error is why the entry as a whole could not be judged; of an invalid one, what is wrong with it.
	Error         string              `json:"error,omitempty"`
	Checked       *time.Time          `json:"checked,omitempty"`  // none if never
	Mirrored      *time.Time          `json:"mirrored,omitempty"` // when a destination was last seen to have caught up
	Behind        *time.Time          `json:"behind,omitempty"`   // since when not all destinations are known to be current
	BehindSeconds int64               `json:"behindSeconds"`      // how long ago that is; 0 if all are current
	Expires       *time.Time          `json:"expires,omitempty"`  // the entry is ignored from this second on
	ExpiresSoon   bool                `json:"expiresSoon"`
	Destinations  []destinationStatus `json:"destinations"`
}

// destinationStatus is that of one destination.
type destinationStatus struct {
	Name          string        `json:"name"`
	State         entry.State   `json:"state"`
	Digest        digest.Digest `json:"digest,omitempty"` // none if it did not exist, or is not known
	Mirrored      *time.Time    `json:"mirrored,omitempty"`
	Behind        *time.Time    `json:"behind,omitempty"`
	BehindSeconds int64         `json:"behindSeconds"`
	Error         string        `json:"error,omitempty"` // why it is failing or deferred, or what became of the last job
	Job           string        `json:"job,omitempty"`   // the last job submitted for it
	Jobs          int           `json:"jobs"`            // how many were since it is behind
}

// statusOf returns what is known of an entry, and with which others it is in conflict now, whether or
// not a check has seen that.
func statusOf(e entry.Entry, conflicts *conflict.Found, now time.Time) entryStatus {
	s := entryStatus{
		Source: e.Source, State: e.Status.Worst(), Digest: e.Status.Source, Error: e.Status.Error,
		Checked: output.Time(e.Status.Checked), Mirrored: output.Time(e.Status.Mirrored()),
		Behind: output.Time(e.Status.Behind()), BehindSeconds: secondsSince(e.Status.Behind(), now),
		Expires: output.Time(e.Expires), ExpiresSoon: !e.Expires.IsZero() && e.Expires.Sub(now) <= soon,
	}
	for _, name := range e.Destinations {
		known := e.Status.Destinations[name]
		d := destinationStatus{
			Name: name, State: known.State, Digest: known.Digest, Mirrored: output.Time(known.Mirrored),
			Behind: output.Time(known.Behind), BehindSeconds: secondsSince(known.Behind, now),
			Error: known.Error, Job: known.JobID, Jobs: known.Jobs,
		}
		if d.State == "" {
			d.State = unchecked
		}
		if err := entry.CheckDestination(name); err != nil {
			d.State, d.Error = invalid, err.Error()
		}
		if err := conflicts.Destination(e.Source, name); err != nil {
			s.State, d.State, d.Error = entry.Failing, entry.Failing, err.Error()
		}
		s.Destinations = append(s.Destinations, d)
	}
	if err := conflicts.Source(e.Source); err != nil {
		s.State, s.Error = entry.Failing, err.Error()
	}
	if s.State == "" {
		s.State = unchecked
	}
	return s
}

func secondsSince(t, now time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return int64(max(0, now.Sub(t)) / time.Second)
}
