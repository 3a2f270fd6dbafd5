package main

import (
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"

	"ecrmirror/internal/printable"
	"ecrmirror/internal/program"
)

// newLog returns a log of the format that is asked for.
func (c *config) newLog(w io.Writer) *slog.Logger {
	level := slog.LevelInfo
	if c.verbose {
		level = slog.LevelDebug
	}
	open := printable.JSONLog
	if c.logFormat.String() == "text" || c.logFormat.String() == auto && isTerminal(w) {
		open = printable.TextLog
	}
	log := open(w, level)
	program.CaptureLog(log)
	return log
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
