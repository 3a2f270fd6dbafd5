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
	opts := &slog.HandlerOptions{Level: slog.LevelInfo}
	if c.verbose {
		opts.Level = slog.LevelDebug
	}
	log := slog.New(slog.NewJSONHandler(printable.JSON(w), opts))
	if c.logFormat.String() == "text" || c.logFormat.String() == auto && isTerminal(w) {
		log = slog.New(slog.NewTextHandler(w, opts))
	}
	program.CaptureLog(log)
	return log
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
