package controller

import (
	"errors"
	"sync"
	"time"

	"ecrmirror/internal/entry"
)

// A summary sums up what a run found of the images of selections: for each selection one result, as if it had been
// checked as a whole. It is safe for concurrent use.
type summary struct {
	mu sync.Mutex
	of map[string]*sum // by the selection's source
}

// A sum is what was found of one selection's images.
type sum struct {
	entry  entry.Entry
	err    error            // why nothing, or not all, of it is mirrored
	images int              // that are chosen
	held   bool             // some more are too young
	found  int              // of these, those of which there is a result
	since  time.Time        // when the first of these was looked at
	ends   []*place         // its destinations, with those of rules
	by     map[string][]int // the indices of these by the repositories that they stand for
}

// expect notes that the images of a selection are being looked at.
func (s *summary) expect(x *expanded) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[x.entry.Source] != nil {
		return
	}
	if s.of == nil {
		s.of = map[string]*sum{}
	}
	n := &sum{entry: x.entry, err: x.failure(), images: x.images, held: x.held, by: map[string][]int{}}
	for i, text := range x.entry.AllDestinations() {
		n.ends = append(n.ends, &place{name: text, refused: x.refused(text)})
		template, err := entry.ParseTemplate(text)
		if err != nil {
			continue
		}
		for _, r := range x.repositories {
			if name, err := template.Repository(r.Source); err == nil {
				n.by[name.Place()] = append(n.by[name.Place()], i)
			}
		}
	}
	s.of[x.entry.Source] = n
}

// add adds the result of an image of a selection.
func (s *summary) add(i image, r entry.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.of[i.entry.Selection]
	if n == nil {
		return
	}
	n.found++
	if !r.Time.IsZero() && (n.since.IsZero() || r.Time.Before(n.since)) {
		n.since = r.Time
	}
	destinations := i.destinations
	if destinations == nil { // nothing was looked up
		destinations = i.entry.Names().Destinations
	}
	for at, name := range destinations {
		d := entry.DestinationResult{State: r.State(), Err: r.Err}
		switch {
		case r.Err != nil:
		case at < len(r.Destinations) && r.Destinations[at].Name == name.Text:
			d = r.Destinations[at]
		default:
			continue
		}
		for _, end := range n.by[name.Name.Place()] {
			n.ends[end].add(r.Source, d)
		}
	}
}

// updates returns what the run does to the statuses of selections, and how long those that keep their status, because
// not all of their images were looked at, were behind already.
func (s *summary) updates(now time.Time) (all []entry.Update, behind time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.of {
		if n.found < n.images {
			if b := n.entry.Status.Behind(); !b.IsZero() && (behind.IsZero() || b.Before(behind)) {
				behind = b
			}
			continue
		}
		r := n.result()
		if r.Time.IsZero() {
			r.Time = now
		}
		all = append(all, n.entry.Update(r))
	}
	return all, behind
}

// result returns the result of the selection.
func (n *sum) result() entry.Result {
	r := entry.Result{Source: n.entry.Source, Time: n.since}
	if n.images == 0 && n.err != nil {
		r.Err = n.err
		return r
	}
	for _, p := range n.ends {
		r.Destinations = append(r.Destinations, p.result(n))
	}
	return r
}

var (
	errNoImage = errors.New("no rule chooses an image for it")
	errHeld    = heldError{}
)

// heldError says that all images of a destination are too young.
type heldError struct{}

func (heldError) Error() string {
	return "what rules choose for it is held: too young, or of unknown age"
}

// DeferredUntil implements [entry.Deferral].
func (heldError) DeferredUntil() time.Time { return time.Time{} }
