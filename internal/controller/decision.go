package controller

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/request"
)

// State says how a destination compares to its source; see package table.
type State = entry.State

// The states of a destination.
const (
	Current   = entry.Current
	Stale     = entry.Stale // has another digest, or does not exist
	Submitted = entry.Submitted
	Deferred  = entry.Deferred
	Failing   = entry.Failing
)

// A Decision is what is to be done about one entry: its stale destinations are to be mirrored.
type Decision struct {
	Source       string // as in the entry
	Digest       digest.Digest
	Size         int64         // of the source in bytes, of an index that of its largest image; 0 = not known
	Destinations []Destination // in the entry's order
	Err          error         // why the entry as a whole cannot be judged, or not now; it then has no destinations
	Twin         error         // another entry has the same image as its source; its own destinations are mirrored

	stale   int       // destinations that were stale, whatever became of them
	checked time.Time // when the first of its images was asked for; zero = none was
}

// A Destination is what is known of one destination.
type Destination struct {
	Name   string        // as in the entry
	Digest digest.Digest // "" if it does not exist, or is not known
	absent error         // that its repository does not exist, which the job creates; nil if it does
	State  State
	Err    error  // of states Failing and Deferred: why
	Job    string // of state Submitted: the job's id; "" if it was in flight before

	refused bool // no job could be submitted; the others without one have the same error
}

// State returns Failing or Deferred if the entry as a whole cannot be judged, otherwise "".
func (d Decision) State() State {
	if d.Err == nil {
		return ""
	}
	return stateOf(d.Err)
}

// Reason says in a few words why the destination has its state.
func (d Destination) Reason() string {
	switch {
	case d.Err != nil:
		return d.Err.Error()
	case d.State == Current:
		return "has the source's digest"
	case d.absent != nil:
		return d.absent.Error() + "; the job creates it"
	case d.Digest == "":
		return "does not exist"
	}
	return "has " + d.Digest.String()
}

// Request returns what a mirror job is to be asked, and whether there is anything.
func (d Decision) Request() (request.Request, bool) {
	r := request.Request{Images: []request.Image{{Source: imagename.Written{Text: d.Source}, Digest: d.Digest}}}
	for _, dest := range d.Destinations {
		if dest.State == Stale {
			r.Destinations = append(r.Destinations, imagename.Written{Text: dest.Name})
		}
	}
	return r, len(r.Destinations) > 0
}

// check returns the decision as the entry's status knows it. It is of the time when the images were asked for: what is
// found out between then and now counts for more.
func (d Decision) check(now time.Time) entry.Check {
	if !d.checked.IsZero() {
		now = d.checked
	}
	c := entry.Check{Time: now, Source: d.Digest, State: d.State(), Err: d.Err}
	for _, dest := range d.Destinations {
		c.Destinations = append(c.Destinations, entry.Finding{
			Name: dest.Name, State: dest.State, Digest: dest.Digest, Err: dest.Err, JobID: dest.Job,
		})
	}
	return c
}

// deferral is an error that says that a registry bears no more requests for now.
type deferral interface {
	error
	DeferredUntil() time.Time // zero if that is not known
}

func stateOf(err error) State {
	if _, ok := errors.AsType[deferral](err); ok {
		return Deferred
	}
	return Failing
}

// until returns until when something is put off by this error; the zero time if that is not known.
func until(err error) time.Time {
	if d, ok := errors.AsType[deferral](err); ok {
		return d.DeferredUntil()
	}
	return time.Time{}
}

// outOfBudget is why a stale destination is not mirrored now: the job would meet a source that
// bears no requests.
type outOfBudget struct {
	host  string
	until time.Time
}

func (e *outOfBudget) Error() string {
	return fmt.Sprintf("stale; %s, its source, bears no more requests until %s", e.host, e.until.UTC().Format(time.RFC3339))
}

// DeferredUntil implements [deferral].
func (e *outOfBudget) DeferredUntil() time.Time { return e.until }

var errNoSource = errors.New("source image does not exist")

// missingRepository is an error that says that an image's repository does not exist.
type missingRepository interface {
	error
	CreateCommand() string
}

// uncreated is why a destination fails whose repository nobody creates.
func uncreated(repository missingRepository) error {
	return fmt.Errorf("%w; to create it: %s", repository, repository.CreateCommand())
}

// answer is what is known of an image.
type answer struct {
	known  bool
	asked  time.Time     // when it was asked for; zero = it was not
	digest digest.Digest // "" if it does not exist
	size   int64
	err    error
}

// sourceDigest returns the source's digest and size. A source that is named by its digest needs no
// answer, unless it was asked for.
func (i *item) sourceDigest(source answer) (digest.Digest, int64, error) {
	switch {
	case i.name == none:
		return i.source.Digest, 0, nil
	case source.err != nil:
		if repository, ok := errors.AsType[missingRepository](source.err); ok {
			return "", 0, fmt.Errorf("%w: %w", errNoSource, repository)
		}
		return "", 0, source.err
	case source.digest == "":
		return "", 0, errNoSource
	}
	return source.digest, source.size, nil
}

// compare holds a destination against the source's digest. Creates says whether a missing repository
// will be created.
func compare(source digest.Digest, dest target, found answer, creates bool) Destination {
	d := Destination{Name: dest.written, Digest: found.digest, State: Current}
	repository, absent := errors.AsType[missingRepository](found.err)
	switch {
	case dest.err != nil:
		d.State, d.Err = Failing, dest.err
	case dest.pinned != "" && dest.pinned != source:
		d.Digest, d.State = "", Failing
		d.Err = fmt.Errorf("can never equal its source, which is %s now", source)
	case absent && creates:
		d.State, d.absent = Stale, repository
	case absent:
		d.State, d.Err = Failing, uncreated(repository)
	case found.err != nil:
		d.State, d.Err = stateOf(found.err), found.err
	case found.digest != source:
		d.State = Stale
	}
	return d
}

// postpone makes stale destinations deferred ones.
func (d *Decision) postpone(why error) {
	for i := range d.Destinations {
		if dest := &d.Destinations[i]; dest.State == Stale {
			dest.State, dest.Err = Deferred, why
		}
	}
}

// settle puts down what became of the decision's job.
func (d *Decision) settle(result jobs.Result) {
	for i := range d.Destinations {
		dest := &d.Destinations[i]
		if dest.State != Stale {
			continue
		}
		job := result.JobFor(dest.Name)
		switch {
		case job != "", slices.Contains(result.InFlight, dest.Name):
			dest.State, dest.Job = Submitted, job
		case result.Err != nil:
			dest.State, dest.Err, dest.refused = Failing, result.Err, true
		}
	}
}
