package entry

import (
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/printable"
)

// A Check is what one look at an entry, and the submission that may have followed it, found.
type Check struct {
	Time   time.Time
	Source digest.Digest // "" if it could not be had
	// State is Failing or Deferred if the entry as a whole could not be judged. It then
	// goes for all of its destinations. Otherwise it is "".
	State        State
	Err          error     // why
	Destinations []Finding // those judged; others keep the status they have
	Written      bool      // whether the status is to be written even if that is not due; see [Entry.Due]
}

// A Finding is what a check found of one destination.
type Finding struct {
	Name   string // as in the entry
	State  State
	Digest digest.Digest // "" if it does not exist, or could not be had
	Err    error         // of states Failing and Deferred: why. It must not hold secrets
	JobID  string        // of state Submitted: the job, if it was submitted just now
}

// After returns the status that e has after a check, given the one that it has. It
// is pure.
func (e Entry) After(c Check) Status {
	s := Status{Checked: c.Time, Source: c.Source, State: c.State, Error: text(c.Err), Destinations: map[string]DestinationStatus{}}
	if s.Source == "" {
		s.Source = e.Status.Source
	}
	moved := c.Source != "" && c.Source != e.Status.Source
	next := 0 // findings mostly come in the order of the destinations
	for _, name := range e.Destinations {
		if !isPrinted(name, printable.Longest) { // it names no image, and would stand in the status
			continue
		}
		old, known := e.Status.Destinations[name]
		switch finding, found := c.finding(name, &next); {
		case found:
			s.Destinations[name] = old.after(finding, c.Time, moved)
		case known:
			s.Destinations[name] = old
		}
	}
	return s
}

// AfterBoth returns the status after a check that has read another one than the entry has now: another check has
// written its own meanwhile. Nothing is known of jobs that
// were submitted in between: they may be in flight.
func (e Entry) AfterBoth(read Status, c Check) Status {
	s := e.After(c)
	for name, d := range s.Destinations {
		if d.jobError() != "" && e.Status.Destinations[name].JobID != read.Destinations[name].JobID {
			d.Error = ""
			s.Destinations[name] = d
		}
	}
	return s
}

// finding returns what the check says of a destination. It looks at the findings from next on first, and sets that to the one
// behind what it has found.
func (c Check) finding(name string, next *int) (Finding, bool) {
	if c.State != "" {
		return Finding{Name: name, State: c.State}, true // the reason is with the entry, once
	}
	for n := range c.Destinations {
		if at := (*next + n) % len(c.Destinations); c.Destinations[at].Name == name {
			*next = at + 1
			return c.Destinations[at], true
		}
	}
	return Finding{}, false
}

// after returns the destination's status after a finding; moved says that the
// source has another digest than before.
func (d DestinationStatus) after(f Finding, now time.Time, moved bool) DestinationStatus {
	lastError := d.jobError()
	if moved {
		lastError, d.Jobs = "", 0 // what became of them says nothing about the image that is there now
	}
	if d.Jobs > 0 && (f.State == Stale || f.State == Submitted && f.JobID != "" && printable.Short(f.JobID, jobLimit) != d.JobID) {
		lastError = jobErrorStart + d.JobID + jobErrorEnd
	}
	if f.Digest != "" || f.State == Current || f.State == Stale || f.State == Submitted {
		d.Digest = f.Digest
	}
	d.State, d.Error = f.State, text(f.Err)
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
	if d.Behind.IsZero() {
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

// errorLimit keeps an item with the most destinations, each failing, far below the
// 400 KB that an item may have, in bytes.
const errorLimit = 300

// jobLimit is the same for what Batch says that a job is called: 36 bytes.
const jobLimit = 100

// IsText reports whether a text is one that a [Status] may have.
func IsText(text string) bool { return isPrinted(text, errorLimit) }

// isPrinted reports whether a text is printed as it is, and has so many bytes at most.
func isPrinted(text string, most int) bool {
	return len(text) <= most && printable.Short(text, most) == text
}

// text returns an error's first line, as it is printed, cut to the limit.
func text(err error) string {
	if err == nil {
		return ""
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return printable.Short(first, errorLimit)
}
