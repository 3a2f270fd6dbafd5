package syncview

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/filesync"
	"ecrmirror/internal/output"
)

// Planned returns the last line of a dry run, given the number of entries and what was found of their images. Stopped
// says that it was stopped before its end.
func Planned(entries int, results []entry.Result, stopped bool) string {
	if entries == 0 && len(results) == 0 {
		return "no entries to mirror"
	}
	end := ""
	if stopped {
		end = "; stopped before the end"
	}
	counts := map[entry.State]int{}
	var until time.Time
	for row := range planRows(results) {
		counts[row.state]++
		until = later(until, row.err)
	}
	return fmt.Sprintf("entries: %d; images: %d (destinations: current %d, to copy %d%s, failed %d); nothing was changed%s",
		entries, len(results), counts[entry.Current], counts[entry.Stale], deferred(counts[entry.Deferred], until),
		counts[entry.Failing], end)
}

// later returns the time until which an error puts something off, if that is later than until.
func later(until time.Time, err error) time.Time {
	if deferral, ok := errors.AsType[entry.Deferral](err); ok && deferral.DeferredUntil().After(until) {
		return deferral.DeferredUntil()
	}
	return until
}

// WriteMarkdownPlan prints what a round would do, in the form of [WriteMarkdown].
func WriteMarkdownPlan(w io.Writer, entries int, results []entry.Result, stopped bool) error {
	p := page{most: mostBytes}
	p.write("## mirror sync, dry run\n\n" + Planned(entries, results, stopped) + "\n")
	p.section("\n### Failures\n\n", mostBytes/2, planFailures(results))
	p.section("\n| State | Destination | Source | Size | Reason |\n| --- | --- | --- | --- | --- |\n", mostBytes,
		planTable(results))
	_, err := p.text.WriteTo(w)
	return err
}

// A planRow is what would become of an image at a destination, or of an image as a whole.
type planRow struct {
	result entry.Result
	name   string // "" of an image as a whole
	state  entry.State
	err    error
	reason string
}

// planRows yields rows of which each state is Current, Stale, Deferred or Failing.
func planRows(results []entry.Result) iter.Seq[planRow] {
	return func(yield func(planRow) bool) {
		for _, result := range results {
			for _, row := range planOf(result) {
				if !yield(row) {
					return
				}
			}
		}
	}
}

func planOf(r entry.Result) (all []planRow) {
	if r.Twin != nil {
		all = append(all, planRow{r, "", entry.Failing, r.Twin, r.Twin.Error()})
	}
	if r.Err != nil {
		all = append(all, planRow{r, "", r.State(), r.Err, r.Err.Error()})
	}
	for _, d := range r.Destinations {
		state := d.State
		if state == entry.Submitted { // it differs, too
			state = entry.Stale
		}
		all = append(all, planRow{r, d.Name, state, d.Err, d.Reason()})
	}
	return all
}

// planFailures yields an item of a list for each failure.
func planFailures(results []entry.Result) iter.Seq[string] {
	return func(yield func(string) bool) {
		for row := range planRows(results) {
			failure := filesync.Failure{Source: row.result.Source, Destination: row.name, Err: row.err}
			if row.state == entry.Failing && !yield("- "+code(failure.Error())+"\n") {
				return
			}
		}
	}
}

// planTable yields the rows of the table: all but what is current, the failing first.
func planTable(results []entry.Result) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, state := range []entry.State{entry.Failing, entry.Deferred, entry.Stale} {
			for row := range planRows(results) {
				if row.state == state && !yield(row.line()) {
					return
				}
			}
		}
	}
}

// words are what a plan's states are called in its counts.
func (r planRow) words() string {
	switch r.state {
	case entry.Stale:
		return "to copy"
	case entry.Failing:
		return "failed"
	}
	return string(r.state)
}

// line returns the row as one of the table. Of a failure the reason stands above.
func (r planRow) line() string {
	size, reason := "", ""
	if r.state != entry.Failing {
		reason = cell(r.reason)
	}
	if r.state == entry.Stale && r.result.Size > 0 {
		size = output.Bytes(r.result.Size)
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s |\n", r.words(), cell(r.name), cell(r.result.Source), size, reason)
}
