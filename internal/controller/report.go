package controller

import (
	"errors"
	"fmt"
	"time"

	"ecrmirror/internal/entry"
)

// maxErrors is how many errors a report holds at most.
const maxErrors = 1000

// A Report counts what a sweep, an event or a plan found and did.
type Report struct {
	Entries   int // entries read, the invalid ones among them; expired ones are not
	Current   int // entries with nothing to do
	Stale     int // stale destinations
	Submitted int // jobs submitted
	Looked    int // images whose artifacts were looked at
	Bringing  int // jobs submitted to bring artifacts alone
	InFlight  int // stale destinations not submitted because a job in flight has them
	// Deferred is the number of entries of which something was put off, because a registry is rate-limited. None of
	// them counts as failed for that.
	Deferred   int
	Until      time.Time // when the last of those registries that say so answers again; zero if none says so
	Failed     int       // entries of which something failed; their other stale destinations were submitted
	Errors     []error   // what failed, each an *[entry.Error]; the first 1,000
	Unreached  int       // entries not looked at when the time was up; they are none of the others here
	Unread     bool      // the time was up before the table was read to its end; what was not read is not counted
	Unrecorded int       // entries whose status could not be written

	OldestLag time.Duration // how long a destination has been behind, at most; 0 if none is
	Duration  time.Duration
}

// String returns the report's one line, without the errors.
func (r Report) String() string {
	return fmt.Sprintf(
		"entries: %d (current %d%s, failed %d%s); stale destinations: %d (in flight %d); jobs submitted: %d%s",
		r.Entries, r.Current, r.deferred(), r.Failed, r.unreached(), r.Stale, r.InFlight, r.Submitted,
		r.bringing()+r.unread())
}

// bringing says how many jobs bring artifacts alone, if any do.
func (r Report) bringing() string {
	if r.Bringing == 0 {
		return ""
	}
	return fmt.Sprintf("; jobs for artifacts alone: %d", r.Bringing)
}

// Planned returns the one line of a report of [Controller.Plan].
func (r Report) Planned() string {
	return fmt.Sprintf("entries: %d (current %d%s, failed %d%s); stale destinations: %d; nothing submitted%s",
		r.Entries, r.Current, r.deferred(), r.Failed, r.unreached(), r.Stale, r.unread())
}

func (r Report) unreached() string {
	if r.Unreached == 0 {
		return ""
	}
	return fmt.Sprintf(", not reached %d", r.Unreached)
}

func (r Report) unread() string {
	if !r.Unread {
		return ""
	}
	return "; the table was not read to its end"
}

func (r Report) deferred() string {
	switch {
	case r.Deferred == 0:
		return ""
	case r.Until.IsZero():
		return fmt.Sprintf(", deferred %d", r.Deferred)
	}
	return fmt.Sprintf(", deferred %d until %s", r.Deferred, r.Until.UTC().Format(time.RFC3339))
}

// add counts a result.
func (r *Report) add(result entry.Result) {
	r.Entries++
	r.Stale += result.Differing()
	if result.Twin != nil {
		r.fail(result.Source, result.Twin)
	}
	if result.Err != nil {
		r.addUnjudged(result)
		return
	}
	var deferred, refused bool
	failed := result.Twin != nil
	unlike := failed
	for _, d := range result.Destinations {
		unlike = unlike || d.State != entry.Current
		switch {
		case d.State == entry.Deferred:
			deferred = true
			r.putOff(d.Err)
		case d.Refused() && refused: // it is in the report already: all have the same error
		case d.Refused():
			failed, refused = true, true
			r.fail(result.Source, d.Err)
		case d.Err != nil:
			failed = true
			r.fail(result.Source, fmt.Errorf("destination %q: %w", d.Name, d.Err))
		}
	}
	r.Current += count(!unlike)
	r.Failed += count(failed)
	r.Deferred += count(deferred)
}

// addUnjudged counts an entry that could not be judged as a whole.
func (r *Report) addUnjudged(result entry.Result) {
	if result.State() == entry.Deferred {
		r.Deferred++
		r.putOff(result.Err)
		r.Failed += count(result.Twin != nil)
		return
	}
	r.Failed++
	r.fail(result.Source, result.Err)
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// putOff keeps until when something is put off.
func (r *Report) putOff(err error) {
	if d, ok := errors.AsType[entry.Deferral](err); ok && d.DeferredUntil().After(r.Until) {
		r.Until = d.DeferredUntil()
	}
}

func (r *Report) fail(source string, err error) {
	if len(r.Errors) < maxErrors {
		r.Errors = append(r.Errors, &entry.Error{Source: source, Err: err})
	}
}

// lag keeps how long the destination is behind that is longest.
func (r *Report) lag(u entry.Update) {
	if behind := u.Status.Behind(); !behind.IsZero() {
		r.OldestLag = max(r.OldestLag, u.Result.Time.Sub(behind))
	}
}
