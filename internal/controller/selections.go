package controller

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/schedule"
	"ecrmirror/internal/selection"
)

// selectionsAtOnce is how many selections of one registry are expanded at a time: one that is slow holds up none of
// others. How many lists are asked of it is up to its pace.
const selectionsAtOnce = 8

// selections have the selections of a run stand for their images. Each is expanded once, however often the table is
// read, so that a repository is listed once.
type selections struct {
	expander Selections     // nil = none are carried out
	limit    schedule.Limit // lists that are late are given up
	summary  *summary
	log      *slog.Logger

	expansions sync.WaitGroup
	mu         sync.Mutex
	known      map[string]*expanded     // by source
	invalid    map[string]bool          // sources of the items that were read and are no entries
	slots      map[string]chan struct{} // by registry
}

// A look says what is read of selections. The zero look is everything.
type look struct {
	only   imagename.Name         // of all their images this one alone; zero = all
	which  func(entry.Entry) bool // the selections that are read; nil = all
	silent bool                   // their statuses do not follow from it
}

// read returns what a reader reads, with the images of selections in their place. They come last: until then their
// lists are being read.
func (s *selections) read(of reader, what look) reader {
	return func(ctx context.Context) iter.Seq2[entry.Entry, error] {
		return func(yield func(entry.Entry, error) bool) {
			var all []*expanded
			for e, err := range of(ctx) {
				switch {
				case err != nil || !e.IsSelection():
					s.note(err)
					if !yield(e, err) {
						return
					}
				case what.which == nil || what.which(e):
					all = append(all, s.begin(ctx, e))
				}
			}
			for _, x := range all {
				if !s.yield(ctx, x, what, yield) {
					return
				}
			}
		}
	}
}

// note notes an item that is no entry.
func (s *selections) note(err error) {
	bad, ok := errors.AsType[*entry.Error](err)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.invalid == nil {
		s.invalid = map[string]bool{}
	}
	s.invalid[bad.Source] = true
}

// begin begins to expand a selection, unless that was begun before.
func (s *selections) begin(ctx context.Context, e entry.Entry) *expanded {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.known[e.Source]; x != nil {
		return x
	}
	if s.known == nil {
		s.known, s.slots = map[string]*expanded{}, map[string]chan struct{}{}
	}
	x := &expanded{entry: e, done: make(chan struct{})}
	s.known[e.Source] = x
	source, _ := entry.ParseSelected(e.Source) // of what is none it costs nothing
	host := cmp.Or(source.Repository.Canonical().Host, source.Namespace.Canonical().Registry.Host)
	if s.slots[host] == nil {
		s.slots[host] = make(chan struct{}, selectionsAtOnce)
	}
	slots := s.slots[host]
	s.expansions.Go(func() {
		defer close(x.done)
		late := &lateError{s.limit.Lists()}
		within, cancel := s.limit.WithinLists(ctx, late)
		defer cancel()
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
			s.expand(within, x)
		case <-within.Done():
			x.err = context.Cause(within)
		}
		if ctx.Err() == nil && within.Err() != nil {
			x.gaveUp(late)
		}
	})
	return x
}

// wait waits for the expansions that are under way. They end with the context of the reading that began them.
func (s *selections) wait() { s.expansions.Wait() }

// A lateError says that the lists of a selection took too long.
type lateError struct{ most time.Duration }

func (e *lateError) Error() string {
	return fmt.Sprintf("its lists took more than the %s that a sweep waits for lists", e.most)
}

// Transient returns true: the next sweep lists anew.
func (e *lateError) Transient() bool { return true }

func (s *selections) expand(ctx context.Context, x *expanded) {
	if s.expander == nil {
		x.err = entry.ErrSelection
		return
	}
	found, err := s.expander.Expand(ctx, x.entry)
	if x.err = err; err != nil {
		return
	}
	if len(found.Idle) > 0 {
		s.log.LogAttrs(ctx, slog.LevelWarn, "rules without effect", slog.String("source", x.entry.Source),
			slog.String("reason", strings.Join(found.Idle, "; ")))
	}
	for _, r := range found.Repositories {
		x.images += len(r.Images)
		x.held = x.held || slices.ContainsFunc(r.Choice.Verdicts, selection.Verdict.IsHeld)
		x.repositories = append(x.repositories, chosenOf(r))
	}
}

// yield yields the images of a selection, and an error of the entry for each repository that has one.
func (s *selections) yield(ctx context.Context, x *expanded, what look, yield func(entry.Entry, error) bool) bool {
	select {
	case <-x.done:
	case <-ctx.Done():
		return yield(entry.Entry{}, context.Cause(ctx))
	}
	if x.err != nil && ctx.Err() != nil {
		return yield(entry.Entry{}, context.Cause(ctx))
	}
	if !what.silent {
		s.summary.expect(x)
	}
	if x.err != nil {
		return yield(entry.Entry{}, &entry.Error{Source: x.entry.Source, Err: x.err})
	}
	for _, r := range x.repositories {
		if what.only != (imagename.Name{}) && r.Source.Place() != what.only.Place() {
			continue
		}
		for _, err := range x.faults(r.Repository) {
			if !yield(entry.Entry{}, &entry.Error{Source: x.entry.Source, Err: err}) {
				return false
			}
		}
		if r.Err != nil {
			continue
		}
		r.Images = r.placed(x.entry)
		if what.only != (imagename.Name{}) {
			r.Images = slices.DeleteFunc(r.Images, func(p entry.Placement) bool {
				return p.Source.Canonical() != what.only.Canonical()
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

// addUnsure adds the items that are no entries, and the selections, and repositories of them, of which it is not known
// what they stand for.
func (s *selections) addUnsure(to *conflict.Index) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for source := range s.invalid {
		to.AddInvalid(source)
	}
	for _, x := range s.known {
		select {
		case <-x.done:
		default: // nobody has waited for it
			continue
		}
		source, err := entry.ParseSelected(x.entry.Source)
		switch {
		case err != nil: // it stands for nothing
		case x.err != nil:
			to.AddUnsure(x.entry, source, x.err)
		default:
			for _, r := range x.repositories {
				if r.Err != nil {
					to.AddUnsure(x.entry, entry.Selected{Repository: r.Source}, r.Err)
				}
			}
		}
	}
}
