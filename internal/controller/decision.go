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

// decide judges an entry by what look says. It asks for nothing that it can do without.
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
	return d
}

// An image is an image name as it was written, and as it is understood.
type image struct {
	written string
	name    imagename.Name
}

// parse parses an entry's names and drops destinations that repeat another in other words.
func parse(entry table.Entry) (source imagename.Name, destinations []image, err error) {
	source, err = imagename.Parse(entry.Source)
	if err != nil {
		return source, nil, fmt.Errorf("source: %w", err)
	}
	seen := map[imagename.Name]bool{}
	for _, written := range entry.Destinations {
		name, err := imagename.Parse(written)
		if err != nil {
			return source, nil, fmt.Errorf("destination: %w", err)
		}
		if name.SameImage(source) {
			return source, nil, fmt.Errorf("destination %q is the source itself", written)
		}
		if !seen[name] {
			seen[name] = true
			destinations = append(destinations, image{written, name})
		}
	}
	return source, destinations, nil
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
