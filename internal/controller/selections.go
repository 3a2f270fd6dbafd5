package controller

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
)

// selectionsAtOnce is how many selections are expanded at a time: how many lists are asked of one registry is up to its
// pace.
const selectionsAtOnce = 16

// selections have the selections of a run stand for their images. Each is expanded once, however often the table is
// read, so that a repository is listed once.
type selections struct {
	expander Selections // nil = none are carried out
	summary  *summary
	only     imagename.Name // of all images of a selection this one alone is looked at; zero = all are

	expansions sync.WaitGroup
	mu         sync.Mutex
	known      map[string]*expanded // by source
}

// expanded is what a selection stands for. It ends when done is closed.
type expanded struct {
	entry        entry.Entry
	done         chan struct{}
	repositories []chosen
	err          error
}

// read returns what a reader reads, with the images of selections in their place. They come last: until then their
// lists are being read.
func (s *selections) read(of reader) reader {
	return func(ctx context.Context) iter.Seq2[entry.Entry, error] {
		return func(yield func(entry.Entry, error) bool) {
			var all []*expanded
			slots := make(chan struct{}, selectionsAtOnce)
			for e, err := range of(ctx) {
				if err == nil && e.IsSelection() {
					all = append(all, s.begin(ctx, e, slots))
					continue
				}
				if !yield(e, err) {
					return
				}
			}
			for _, x := range all {
				if !s.yield(ctx, x, yield) {
					return
				}
			}
		}
	}
}

// begin begins to expand a selection, unless that was begun before.
func (s *selections) begin(ctx context.Context, e entry.Entry, slots chan struct{}) *expanded {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.known[e.Source]; x != nil {
		return x
	}
	x := &expanded{entry: e, done: make(chan struct{})}
	if s.known == nil {
		s.known = map[string]*expanded{}
	}
	s.known[e.Source] = x
	s.expansions.Go(func() {
		defer close(x.done)
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			x.err = context.Cause(ctx)
			return
		}
		defer func() { <-slots }()
		s.expand(ctx, x)
	})
	return x
}

// wait waits for the expansions that are under way. They end with the context of the reading that began them.
func (s *selections) wait() { s.expansions.Wait() }

func (s *selections) expand(ctx context.Context, x *expanded) {
	if s.expander == nil {
		x.err = entry.ErrSelection
		return
	}
	found, err := s.expander.Expand(ctx, x.entry)
	if x.err = err; err != nil {
		return
	}
	for _, r := range found.Repositories {
		x.repositories = append(x.repositories, chosenOf(r))
	}
}

// yield yields the images of a selection, and an error of the entry for each repository that has one.
func (s *selections) yield(ctx context.Context, x *expanded, yield func(entry.Entry, error) bool) bool {
	select {
	case <-x.done:
	case <-ctx.Done():
		return yield(entry.Entry{}, context.Cause(ctx))
	}
	if x.err != nil && ctx.Err() != nil {
		return yield(entry.Entry{}, context.Cause(ctx))
	}
	s.summary.expect(x)
	if x.err != nil {
		return yield(entry.Entry{}, &entry.Error{Source: x.entry.Source, Err: x.err})
	}
	for _, c := range x.repositories {
		r := c.placed(x.entry)
		if r.Err != nil && !yield(entry.Entry{}, &entry.Error{Source: x.entry.Source, Err: r.Err}) {
			return false
		}
		if s.only != (imagename.Name{}) {
			r.Images = slices.DeleteFunc(r.Images, func(p entry.Placement) bool {
				return p.Source.Canonical() != s.only.Canonical()
			})
		}
		for e := range r.Entries(x.entry) {
			if !yield(e, nil) {
				return false
			}
		}
	}
	return true
}

// failure returns what keeps a selection, or repositories of it, from being mirrored.
func (x *expanded) failure() error {
	errs := []error{x.err}
	for _, r := range x.repositories {
		errs = append(errs, r.err)
	}
	return errors.Join(errs...)
}
