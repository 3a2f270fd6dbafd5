package controller

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/imagename"
)

// expanded is what a selection stands for. It ends when done is closed.
type expanded struct {
	entry        entry.Entry
	done         chan struct{}
	repositories []chosen
	images       int  // how many there are
	held         bool // some more are too young
	err          error
}

// gaveUp puts down what ended lists that were given up.
func (x *expanded) gaveUp(why error) {
	interrupted := func(err error) bool {
		return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, why)
	}
	if interrupted(x.err) {
		x.err = why
	}
	for i := range x.repositories {
		if r := &x.repositories[i]; interrupted(r.Err) {
			r.Err = why
		}
	}
}

// faults returns what is wrong with a repository: why nothing of it is mirrored, or else which destinations can't
// have it, and which pinned tags it lacks.
func (x *expanded) faults(r expansion.Repository) (errs []error) {
	if r.Err != nil {
		return []error{x.named(r, r.Err)}
	}
	for _, refusal := range r.Refused {
		errs = append(errs, x.named(r, refusal.Err))
	}
	if len(r.Choice.Missing) > 0 {
		errs = append(errs, x.named(r, missingError(r.Choice.Missing)))
	}
	return errs
}

// missingError is an error about pinned tags that a repository does not have.
func missingError(tags []string) error {
	const most = 3
	more := ""
	if len(tags) > most {
		more = fmt.Sprintf(" and %d more", len(tags)-most)
	}
	return fmt.Errorf("pinned tags do not exist: %s%s", strings.Join(tags[:min(most, len(tags))], ", "), more)
}

// named says of which repository of a namespace an error is.
func (x *expanded) named(r expansion.Repository, err error) error {
	if strings.HasSuffix(x.entry.Source, imagename.BelowAll) {
		return fmt.Errorf("%s: %w", r.Source.Repository, err)
	}
	return err
}

// failure returns what keeps a selection, or some of it, from being mirrored anywhere: of several errors the first one
// that is a failure.
func (x *expanded) failure() error {
	if x.err != nil {
		return x.err
	}
	var worst error
	failed := 0
	for _, r := range x.repositories {
		r.Refused = nil // which is about one destination
		errs := x.faults(r.Repository)
		if len(errs) == 0 {
			continue
		}
		failed++
		if worst == nil || entry.StateOf(errs[0]).Worse(entry.StateOf(worst)) {
			worst = errs[0]
		}
	}
	if failed > 1 {
		return fmt.Errorf("%d of %d repositories, such as %w", failed, len(x.repositories), worst)
	}
	return worst
}

// refused returns why a destination can't have repositories of a selection; nil if it can have them.
func (x *expanded) refused(destination string) error {
	for _, r := range x.repositories {
		for _, refusal := range r.Refused {
			if r.Err == nil && refusal.Destination == destination {
				return refusal.Err
			}
		}
	}
	return nil
}
