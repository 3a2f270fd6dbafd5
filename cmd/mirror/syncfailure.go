package main

import (
	"errors"
	"fmt"
	"slices"

	"ecrmirror/internal/filesync"
	"ecrmirror/internal/program"
	"ecrmirror/internal/transient"
)

// mostFailures is how many failures are told of one by one.
const mostFailures = 100

var errPutOff = errors.New("some was put off, which another run may do")

// syncFailure returns what failed of a round, as a *program.Failure. Another try is worth it if a single destination
// gains by it.
func syncFailure(r *filesync.Report) error { return failures(r.Failures(), r.Err, r.PutOff()) }

// failures returns errors as one *program.Failure, nil if nothing failed. Stopped is what ended the work before its
// end, nil if nothing did; putOff says that another try may do more.
func failures(errs []error, stopped error, putOff bool) error {
	worthIt := putOff || stopped != nil && transient.Is(stopped) || slices.ContainsFunc(errs, transient.Is)
	told := bounded(errs)
	switch {
	case stopped != nil:
		told = append(told, stopped)
	case len(errs) == 0 && putOff:
		told = append(told, errPutOff)
	case len(errs) == 0:
		return nil
	}
	return &program.Failure{Err: errors.Join(told...), Transient: worthIt}
}

// bounded returns the first of many errors, and how many more there are.
func bounded(errs []error) []error {
	more := len(errs) - mostFailures
	if more <= 0 {
		return slices.Clone(errs)
	}
	return append(slices.Clone(errs[:mostFailures]), fmt.Errorf("%d more failed", more))
}
