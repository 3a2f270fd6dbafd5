package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"log"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/output"
)

// What others wrote into the table, and what registries answered, reaches no terminal raw, from any command and in
// any format.
func TestNothingReachesATerminalRaw(t *testing.T) {
	t.Cleanup(func() { log.SetOutput(os.Stderr); log.SetFlags(log.LstdFlags) }) // which a log captures
	for _, raw := range []string{
		"r.io/a:1\x1b[2J\x1b]0;owned\x07", "r.io/a:1\rr.io/b:1", "r.io/a:1\nr.io/forged:1  r.io/x:1  current", "r.io/a:1\u009b2J",
		"r.io/a:1\u202egnp", "r.io/a:1\x7f\x00", "r.io/a:1\x9b2J", strings.Repeat("x", 1<<15) + "\x1b",
	} {
		reason := errors.New("says " + raw)
		decisions := []entry.Result{
			{Source: raw, Err: reason},
			{Source: raw, Destinations: []entry.DestinationResult{{Name: raw, State: entry.Failing, Err: reason}}},
		}
		for name, write := range map[string]func(*bytes.Buffer) error{
			"plan": func(b *bytes.Buffer) error {
				return writePlan(b, output.Palette{}, false, decisions, controller.Report{})
			},
			"plan as JSON": func(b *bytes.Buffer) error {
				return writePlan(b, output.Palette{}, true, decisions, controller.Report{})
			},
			"log": func(b *bytes.Buffer) error {
				var c config
				c.newLog(b).Log(t.Context(), slog.LevelError, raw, "reason", raw)
				return nil
			},
		} {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			lines := strings.Count(b.String(), "\n")
			if strings.ContainsFunc(b.String(), func(r rune) bool { return !strconv.IsPrint(r) && r != '\n' }) || strings.Contains(b.String(), "\nr.io/forged") {
				t.Errorf("%s: %.200q", name, b.String())
			}
			if !json.Valid(b.Bytes()) && (lines > 8 || b.Len() > 40_000) {
				t.Errorf("%s: %d bytes in %d lines", name, b.Len(), lines)
			}
		}
	}
}
