package edit

import (
	"context"
	"io"
	"slices"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entrydiff"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
	"ecrmirror/internal/table"
)

// An Import brings a table up to files of entries. The zero Import leaves entries that they do not have.
type Import struct {
	Prune  bool // remove the entries that the files do not have
	DryRun bool // print what would change, and write nothing
}

// Run prints what makes the table's entries those of the files, and writes it unless something is in conflict.
func (i Import) Run(
	ctx context.Context, stdout, stderr io.Writer, t Table, entries []entry.Entry, now time.Time,
) error {
	difference, err := entrydiff.Diff(entries, t.All(ctx, now), i.Prune, now)
	if err != nil {
		return program.Fail(err)
	}
	if err := difference.Conflicts(); err != nil {
		return program.FailAll(err)
	}
	steps := difference.Steps
	if err := announce(stdout, stderr, steps, difference.Bad); err != nil {
		return program.NotPrinted(nil, err) // nothing is written that was not announced
	}
	counts, changes := tally(steps)
	if i.DryRun {
		return program.NotPrinted(nil, output.Line(stdout, "nothing written of %d changes: %s", changes, counts))
	}
	taken, err := entrydiff.Apply(ctx, t, steps, now)
	printing := output.Line(stdout, "%d of %d changes written: %s", taken, changes, counts)
	return program.NotPrinted(program.FailAll(err), printing)
}

// announce prints what is to change, and which items of the table are left although they are invalid entries.
func announce(stdout, stderr io.Writer, steps []entrydiff.Step, bad []*entry.Error) error {
	for _, step := range steps {
		if step.Change == table.Kept {
			continue
		}
		if err := writeStep(stdout, string(step.Change), step); err != nil {
			return err
		}
	}
	for _, b := range bad {
		if slices.ContainsFunc(steps, func(s entrydiff.Step) bool { return s.Entry.Source == b.Source }) {
			continue
		}
		if err := output.Line(stderr, "controller: left as it is: %v", b); err != nil {
			return err
		}
	}
	return nil
}
