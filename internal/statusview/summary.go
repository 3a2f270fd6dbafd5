package statusview

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/output"
)

// A Summary counts entries and destinations: the document that is printed as JSON.
type Summary struct {
	Entries      int                 `json:"entries"`
	Invalid      int                 `json:"invalid"` // items that are invalid entries
	ExpiringSoon int                 `json:"expiringSoon"`
	Destinations int                 `json:"destinations"`
	States       map[entry.State]int `json:"states"` // destinations by state; states without any are left out
	// The entry that is furthest behind, none if all are current.
	FurthestBehind string     `json:"furthestBehind,omitempty"`
	Behind         *time.Time `json:"behind,omitempty"`
}

// Summarize returns the summary of entries.
func Summarize(entries []Entry) Summary {
	s := Summary{Entries: len(entries), States: map[entry.State]int{}}
	for _, e := range entries {
		if e.State == Invalid {
			s.Invalid++
		}
		if e.ExpiresSoon {
			s.ExpiringSoon++
		}
		if e.Behind != nil && (s.Behind == nil || e.Behind.Before(*s.Behind)) {
			s.FurthestBehind, s.Behind = e.Source, e.Behind
		}
		s.Destinations += len(e.Destinations)
		for _, d := range e.Destinations {
			s.States[d.State]++
		}
	}
	return s
}

// Write prints a summary as lines.
func (s Summary) Write(w io.Writer, now time.Time) error {
	text := fmt.Sprintf("destinations: %d", s.Destinations)
	var states []string
	for _, state := range States() {
		if n := s.States[entry.State(state)]; n > 0 {
			states = append(states, fmt.Sprintf("%s %d", state, n))
		}
	}
	if len(states) > 0 {
		text += " (" + strings.Join(states, ", ") + ")"
	}
	err := errors.Join(
		output.Line(w, "entries: %d (invalid %d, expiring soon %d)", s.Entries, s.Invalid, s.ExpiringSoon),
		output.Line(w, "%s", text),
	)
	if s.Behind != nil {
		err = errors.Join(err, output.Line(w, "furthest behind: %s (%s)", s.FurthestBehind, behind(s.Behind, now)))
	}
	return err
}
