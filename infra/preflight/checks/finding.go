// Package checks holds what is looked at before the service is deployed to an account. A check
// reads; it changes nothing.
package checks

import (
	"fmt"
	"io"

	"ecrmirror/internal/printable"
)

// A State says what a finding means.
type State int

// States.
const (
	OK      State = iota // as it must be
	Fix                  // something must be done
	Unknown              // no answer can be had: the endpoint lacks the call, or AWS has none
	Unasked              // AWS has the answer, but the credentials may not ask, or no answer came
)

func (s State) String() string { return [...]string{"ok", "FIX", "?", "?"}[s] }

// A Finding is a line of the report.
type Finding struct {
	State State
	What  string // what was looked at
	Text  string // what it is; with Fix, and what to do; with Unknown and Unasked, why it is not known
}

func okay(what, format string, args ...any) Finding {
	return Finding{OK, what, fmt.Sprintf(format, args...)}
}

func fix(what, format string, args ...any) Finding {
	return Finding{Fix, what, fmt.Sprintf(format, args...)}
}

func unknown(what, format string, args ...any) Finding {
	return Finding{Unknown, what, fmt.Sprintf(format, args...)}
}

func unasked(what, format string, args ...any) Finding {
	return Finding{Unasked, what, fmt.Sprintf(format, args...)}
}

// Print writes findings, one a line.
func Print(w io.Writer, findings []Finding) error {
	for _, f := range findings {
		line := printable.Fit(f.What, f.Text)
		if _, err := fmt.Fprintf(w, "%-3s  %s: %s\n", f.State, line[0], line[1]); err != nil {
			return err
		}
	}
	return nil
}
