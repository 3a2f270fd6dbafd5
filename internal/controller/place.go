package controller

import (
	"fmt"
	"time"

	"ecrmirror/internal/entry"
)

// A place is what was found at one destination of a selection.
type place struct {
	name    string // as it is written
	refused error  // why it can't have some of the repositories
	counts  map[entry.State]int
	images  int
	worst   entry.DestinationResult
	source  string // whose it is
	job     string
	// behind is since when the image that is behind for the longest is; unsure says that of some that is not known.
	behind time.Time
	unsure bool
}

// add adds what was found of an image there.
func (p *place) add(source string, d entry.DestinationResult) {
	if p.counts == nil {
		p.counts = map[entry.State]int{}
	}
	p.images++
	p.counts[d.State]++
	if d.JobID != "" {
		p.job = d.JobID
	}
	if d.State.Worse(p.worst.State) {
		p.worst, p.source = d, source
	}
	switch {
	case d.State == entry.Current, d.State == entry.Deferred:
	case d.Behind.IsZero():
		p.unsure = true
	case p.behind.IsZero() || d.Behind.Before(p.behind):
		p.behind = d.Behind
	}
}

// result returns the worst state, with how many images have it, and why one has. What is wrong with the selection, or
// with the destination, comes first.
func (p *place) result(n *sum) entry.DestinationResult {
	d := entry.DestinationResult{
		Name: p.name, State: p.worst.State, JobID: p.job, Log: p.worst.Log, Images: p.images, Behind: p.behind,
	}
	if p.images > 0 && d.State != entry.Current {
		d.Err = fmt.Errorf("%d of %d images, such as %s", p.counts[d.State], p.images, p.source)
		if p.worst.Err != nil {
			d.Err = fmt.Errorf("%w: %w", d.Err, p.worst.Err)
		}
	}
	for _, err := range []error{n.err, p.refused} {
		p.spoil(&d, err)
	}
	switch {
	case d.State != "":
	case n.held:
		d.State, d.Err = entry.Deferred, errHeld
	default: // what it should have it has; what it was behind with is chosen no more
		d.State, d.Err = entry.Current, errNoImage
	}
	if p.unsure {
		d.Behind = time.Time{}
	}
	return d
}

// spoil puts down what is wrong.
func (p *place) spoil(d *entry.DestinationResult, err error) {
	if err == nil {
		return
	}
	if state := entry.StateOf(err); state.Worse(d.State) {
		d.State = state
	}
	p.unsure = true // of what is not mirrored it is not known since when
	if d.Err != nil {
		err = fmt.Errorf("%w; %w", err, d.Err)
	}
	d.Err = err
}
