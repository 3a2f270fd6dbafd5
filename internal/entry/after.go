package entry

import (
	"strings"
	"time"

	"ecrmirror/internal/printable"
)

// An Update is what a check does to the status of an entry.
type Update struct {
	Entry  Entry // as it was read, with the status that it had
	Result Result
	Status Status // after the check
	Mark   bool   // has the status written even if it is not due, to tell how far a sweep has got
}

// Update returns what a check with a result does to the status of the entry.
func (e Entry) Update(r Result) Update { return Update{Entry: e, Result: r, Status: e.After(r)} }

// Over returns the update on top of the status that the entry has now, which another check has written meanwhile. A job
// that the other check submitted may still be in flight, so that the status does not say that it has ended.
func (u Update) Over(now Status) Update {
	read := u.Entry.Status
	u.Entry.Status = now
	u.Status = u.Entry.After(u.Result)
	for name, d := range u.Status.Destinations {
		if d.jobError() != "" && now.Destinations[name].JobID != read.Destinations[name].JobID {
			d.Error = ""
			u.Status.Destinations[name] = d
		}
	}
	return u
}

// After returns the status of the entry after a check with a result.
func (e Entry) After(r Result) Status {
	s := Status{Checked: r.Time, Source: r.Digest, Left: r.Left, State: r.State(), Error: text(r.Err)}
	s.Destinations = map[string]DestinationStatus{}
	if s.Source == "" && !e.IsSelection() { // which has no one digest
		s.Source, s.Left = e.Status.Source, e.Status.Left
	}
	moved := r.Digest != "" && r.Digest != e.Status.Source
	next := 0 // results mostly come in the order of the destinations
	for _, name := range e.AllDestinations() {
		if !isPrinted(name, printable.Longest) { // it names no image, and would stand in the status
			continue
		}
		old, known := e.Status.Destinations[name]
		switch found, ok := r.of(name, &next); {
		case ok:
			s.Destinations[name] = old.after(found, r.Time, moved)
		case known:
			s.Destinations[name] = old
		}
	}
	return s
}

// of returns what the check says of a destination. It looks at the results from next on first, and sets that to the one
// behind what it has found.
func (r Result) of(name string, next *int) (DestinationResult, bool) {
	if r.Err != nil {
		return DestinationResult{Name: name, State: r.State()}, true // the reason is with the entry, once
	}
	for n := range r.Destinations {
		if at := (*next + n) % len(r.Destinations); r.Destinations[at].Name == name {
			*next = at + 1
			return r.Destinations[at], true
		}
	}
	return DestinationResult{}, false
}

// after returns the destination's status after a check that found f; moved says that the
// source has another digest than before.
func (d DestinationStatus) after(f DestinationResult, now time.Time, moved bool) DestinationStatus {
	lastError := d.jobError()
	if moved {
		lastError, d.Jobs = "", 0 // what became of them says nothing about the image that is there now
	}
	another := f.State == Submitted && f.JobID != "" && printable.Short(f.JobID, jobLimit) != d.JobID
	if d.Jobs > 0 && (f.State == Stale || another) {
		lastError = jobErrorStart + d.JobID + jobErrorEnd
	}
	if f.Digest != "" || f.State == Current || f.State == Stale || f.State == Submitted {
		d.Digest = f.Digest
	}
	d.State, d.Error, d.Log, d.Images = f.State, text(f.Err), "", f.Images
	if len(f.Log) <= logLimit {
		d.Log = f.Log
	}
	switch f.State {
	case Current:
		if !d.Behind.IsZero() {
			d.Mirrored = now
		}
		d.Behind, d.Jobs = time.Time{}, 0
		return d
	case Deferred: // nothing is known against it
		return d
	case Stale, Submitted:
		if d.Error == "" {
			d.Error = lastError
		}
		if f.JobID != "" {
			d.JobID, d.Jobs = printable.Short(f.JobID, jobLimit), d.Jobs+1
		}
	}
	switch {
	case !f.Behind.IsZero():
		d.Behind = f.Behind
	case d.Behind.IsZero():
		d.Behind = now
	}
	return d
}

// The error of a destination whose last job came to nothing, around the job's id.
const (
	jobErrorStart = "job "
	jobErrorEnd   = " has ended without mirroring it"
)

// jobError returns the error if it is about a job that has ended. What a check could not do, or which job could not be
// submitted, is over once another check has judged the destination.
func (d DestinationStatus) jobError() string {
	if strings.HasPrefix(d.Error, jobErrorStart) && strings.HasSuffix(d.Error, jobErrorEnd) {
		return d.Error
	}
	return ""
}
