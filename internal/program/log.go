package program

import (
	"io"
	"log"
	"log/slog"
	"os"
)

// CaptureLog writes to the log, as warnings, what net/http and others print by package log: it quotes
// what servers sent.
func CaptureLog(to *slog.Logger) {
	log.SetFlags(0)
	log.SetOutput(slog.NewLogLogger(to.Handler(), slog.LevelWarn).Writer())
}

// silenceLog drops the same, unless it is captured.
func silenceLog() {
	if log.Writer() == io.Writer(os.Stderr) {
		log.SetOutput(io.Discard)
	}
}
