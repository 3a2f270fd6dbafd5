package main

import (
	"bytes"
	"log"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"

	"ecrmirror/internal/flagvalue"
)

// What others wrote into the table, and what registries answered, reaches no terminal raw by the log, in any format.
// The packages that print hold what they print to the same.
func TestNothingReachesATerminalRaw(t *testing.T) {
	t.Cleanup(func() { log.SetOutput(os.Stderr); log.SetFlags(log.LstdFlags) }) // which a log captures
	steers := func(r rune) bool { return !strconv.IsPrint(r) && r != '\n' }
	for _, raw := range []string{
		"r.io/a:1\x1b[2J\x1b]0;owned\x07", "r.io/a:1\rr.io/b:1", "r.io/a:1\nr.io/forged:1  r.io/x:1  current",
		"r.io/a:1\u009b2J",
		"r.io/a:1\u202egnp", "r.io/a:1\x7f\x00", "r.io/a:1\x9b2J", strings.Repeat("x", 1<<15) + "\x1b",
	} {
		for _, format := range []string{auto, "text", "json"} {
			c := config{logFormat: flagvalue.OneOf("FORMAT", format)}
			var b bytes.Buffer
			c.newLog(&b).Log(t.Context(), slog.LevelError, raw, "reason", raw)
			if strings.ContainsFunc(b.String(), steers) || strings.Contains(b.String(), "\nr.io/forged") ||
				strings.Count(b.String(), "\n") != 1 || b.Len() > 8000 {
				t.Errorf("%s: %d bytes: %.200q", format, b.Len(), b.String())
			}
		}
	}
}
