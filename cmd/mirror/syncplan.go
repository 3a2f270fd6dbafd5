package main

import (
	"context"
	"errors"
	"time"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/filesync"
	"ecrmirror/internal/planview"
	"ecrmirror/internal/program"
	"ecrmirror/internal/syncview"
)

// plan prints what a round would do.
func (s *session) plan(ctx context.Context, of filesync.Entries) error {
	registries, err := s.registries.Open(ctx, s.aws, nil, s.log)
	if err != nil {
		return err
	}
	defer registries.Close()
	results, report, err := s.sync(registries).Plan(ctx, of)
	outcome, printed := planned(results, report, err), s.printPlan(of.Count(time.Now()), results, err)
	if outcome == nil && printed == nil && s.exitCode && planview.Stale(results) {
		return program.Silent(contract.ExitChanges)
	}
	return program.NotPrinted(outcome, printed)
}

// printPlan prints a plan for so many entries; stopped is why it ended before its end, nil if it did not.
func (s *session) printPlan(entries int, results []entry.Result, stopped error) error {
	summary := func(f *summary) error { return syncview.WriteMarkdownPlan(f, entries, results, stopped != nil) }
	if s.format.String() == formatJSON {
		return errors.Join(planview.WriteJSON(s.std.out, results), s.summarize(summary))
	}
	last := syncview.Planned(entries, results, stopped != nil)
	return errors.Join(planview.WriteText(s.std.out, s.palette(s.std.out), results, last), s.summarize(summary))
}

// planned returns what failed of a plan, as a *program.Failure.
func planned(results []entry.Result, report controller.Report, err error) error {
	if err != nil {
		return program.Fail(err)
	}
	return failures(filesync.FailuresOf(results), nil, report.Deferred > 0)
}
