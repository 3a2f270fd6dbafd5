package main

import (
	"errors"
	"io"
	"os"

	"ecrmirror/internal/filesync"
	"ecrmirror/internal/output"
	"ecrmirror/internal/syncview"
)

// palette returns the colors of what is written to w.
func (s *syncing) palette(w io.Writer) output.Palette { return output.PaletteFor(w, s.getenv) }

// print prints what a round came to.
func (s *syncing) print(w io.Writer, report *filesync.Report) error {
	switch s.format.String() {
	case formatJSON:
		return syncview.WriteJSON(w, report)
	case formatJUnit:
		return syncview.WriteJUnit(w, report)
	}
	return syncview.WriteText(w, s.palette(w), report, s.verbose)
}

// summary is the file that gets a summary in Markdown.
type summary = os.File

// openSummary opens the file of summaries, to which this one is added: steps of one job may share it. It is opened
// before anything is done, so that a name that is wrong is told then; nil if none is asked for.
func (s *syncing) openSummary() (*summary, error) {
	if s.summaryFile == "" {
		return nil, nil
	}
	return os.OpenFile(s.summaryFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
}

// summarize has write write to the file of summaries, if there is one, and closes it.
func (s *session) summarize(write func(*summary) error) error {
	if s.summary == nil {
		return nil
	}
	return errors.Join(write(s.summary), s.summary.Close())
}
