package controller

import (
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/table"
)

// State says how a destination compares to its source.
type State string

// The states of a destination.
const (
	Current State = "current" // has the source's digest
	Stale   State = "stale"   // has another digest, or does not exist
	Failed  State = "failed"  // could not be compared
)

// A Decision is what is to be done about one entry: its stale destinations are to be mirrored.
type Decision struct {
	Source       string // as in the entry
	Digest       digest.Digest
	Destinations []Destination // in the entry's order
	Err          error         // why the entry as a whole cannot be judged; it then has no destinations
}

// A Destination is what is known of one destination.
type Destination struct {
	Name   string        // as in the entry
	Digest digest.Digest // "" if it does not exist, or is not known
	State  State
	Err    error // of state Failed: why
}

// Reason says in a few words why the destination has its state.
func (d Destination) Reason() string {
	switch {
	case d.State == Failed:
		return d.Err.Error()
	case d.State == Current:
		return "has the source's digest"
	case d.Digest == "":
		return "does not exist"
	}
	return "has " + d.Digest.String()
}

// Job returns the job that the decision asks for, and whether it asks for one.
func (d Decision) Job() (jobs.Job, bool) {
	job := jobs.Job{Source: d.Source, Digest: d.Digest}
	for _, dest := range d.Destinations {
		if dest.State == Stale {
			job.Destinations = append(job.Destinations, dest.Name)
		}
	}
	return job, len(job.Destinations) > 0
}

var errNoSource = errors.New("source image does not exist")

// lookUp returns an image's digest, "" if it does not exist.
type lookUp func(imagename.Name) (digest.Digest, error)

// decide judges an entry by what look says. It asks for nothing that it can do without:
// a source named by its digest is looked up only if something is stale.
func decide(entry table.Entry, look lookUp) Decision {
	d := Decision{Source: entry.Source}
	source, destinations, err := parse(entry)
	if err == nil {
		d.Digest, err = sourceDigest(source, look)
	}
	if err != nil {
		d.Err = err
		return d
	}
	for _, dest := range destinations {
		d.Destinations = append(d.Destinations, compare(d.Digest, dest, look))
	}
	if _, wanted := d.Job(); wanted && source.Digest != "" {
		err = checkPinned(source, look)
	}
	if err != nil {
		d.Destinations, d.Err = nil, err
	}
	return d
}

// checkPinned returns an error if a source that is named by its digest is not there,
// so that no job is submitted, sweep after sweep, which can only fail.
func checkPinned(source imagename.Name, look lookUp) error {
	source.Tag = "" // which may be at another digest
	found, err := look(source)
	if err == nil && found == "" {
		err = errNoSource
	}
	return err
}

func sourceDigest(source imagename.Name, look lookUp) (digest.Digest, error) {
	if source.Digest != "" {
		return source.Digest, nil
	}
	d, err := look(source)
	if err == nil && d == "" {
		err = errNoSource
	}
	return d, err
}

// compare holds a destination against the source's digest.
func compare(source digest.Digest, dest image, look lookUp) Destination {
	if pinned := dest.name.Digest; pinned != "" && pinned != source {
		return Destination{Name: dest.written, State: Failed, Err: fmt.Errorf("can never equal its source, which is %s now", source)}
	}
	found, err := look(dest.name)
	d := Destination{Name: dest.written, Digest: found, State: Current}
	switch {
	case err != nil:
		d.State, d.Err = Failed, err
	case found != source:
		d.State = Stale
	}
	return d
}
