package controller

import (
	"errors"
	"fmt"
	"strings"
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
	entry        entry.Entry
	destinations []string         // with those of rules
	err          error            // why nothing, or not all, of it is mirrored
	images       int              // that are chosen
	found        int              // of these, those of which there is a result
	since        time.Time        // when the first of these was looked at
	places       map[string][]int // its destinations by the repositories that they stand for
	results      []place
}

// A place is what was found at one of its destinations.
type place struct {
	counts map[entry.State]int
	worst  entry.DestinationResult
	source string // whose it is
	job    string
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
	n := &sum{
		entry: x.entry, destinations: x.entry.AllDestinations(), err: x.failure(), places: map[string][]int{},
	}
	n.results = make([]place, len(n.destinations))
	for _, r := range x.repositories {
		n.images += len(r.tags)
		for i, text := range n.destinations {
			template, err := entry.ParseTemplate(text)
			if err != nil {
				continue
			}
			if name, err := template.Repository(r.source); err == nil {
				n.places[name.String()] = append(n.places[name.String()], i)
			}
		}
	}
	s.of[x.entry.Source] = n
}

// add adds the result of an image of a selection.
func (s *summary) add(selection string, r entry.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.of[selection]
	if n == nil {
		return
	}
	n.found++
	if !r.Time.IsZero() && (n.since.IsZero() || r.Time.Before(n.since)) {
		n.since = r.Time
	}
	if r.Err != nil {
		for i := range n.results {
			n.results[i].add(r.Source, entry.DestinationResult{State: r.State(), Err: r.Err})
		}
	}
	for _, d := range r.Destinations {
		repository := d.Name[:strings.LastIndexByte(d.Name, ':')]
		for _, i := range n.places[repository] {
			n.results[i].add(r.Source, d)
		}
	}
}

func (p *place) add(source string, d entry.DestinationResult) {
	if p.counts == nil {
		p.counts = map[entry.State]int{}
	}
	p.counts[d.State]++
	if d.JobID != "" {
		p.job = d.JobID
	}
	if d.State.Worse(p.worst.State) {
		p.worst, p.source = d, source
	}
}

// updates returns what the run does to the statuses of selections. One of which not all images were looked at keeps its
// status.
func (s *summary) updates(now time.Time) (all []entry.Update) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.of {
		if n.found < n.images {
			continue
		}
		r := n.result()
		if r.Time.IsZero() {
			r.Time = now
		}
		all = append(all, n.entry.Update(r))
	}
	return all
}

// result returns the result of the selection.
func (n *sum) result() entry.Result {
	r := entry.Result{Source: n.entry.Source, Time: n.since}
	if n.images == 0 {
		r.Err = n.err
	}
	for i, name := range n.destinations {
		if d := n.results[i].result(name); d.State != "" && r.Err == nil {
			if n.err != nil {
				d.State, d.Err = entry.Failing, errors.Join(n.err, d.Err)
			}
			r.Destinations = append(r.Destinations, d)
		}
	}
	return r
}

// result returns what was found at a destination: the worst state, with how many images have it, and why one has.
func (p place) result(name string) entry.DestinationResult {
	d := entry.DestinationResult{Name: name, State: p.worst.State, JobID: p.job, Log: p.worst.Log}
	for _, n := range p.counts {
		d.Images += n
	}
	if d.State == "" || d.State == entry.Current {
		return d
	}
	d.Err = fmt.Errorf("%d of %d images, such as %s", p.counts[d.State], d.Images, p.source)
	if p.worst.Err != nil {
		d.Err = fmt.Errorf("%w: %w", d.Err, p.worst.Err)
	}
	return d
}
