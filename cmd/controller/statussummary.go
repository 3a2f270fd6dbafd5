package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"ecrmirror/internal/table"
)

// statusSummary counts entries and destinations: what --summary --output json prints.
type statusSummary struct {
	Entries      int                 `json:"entries"`
	Invalid      int                 `json:"invalid"` // items that are no good entries
	ExpiringSoon int                 `json:"expiringSoon"`
	Destinations int                 `json:"destinations"`
	States       map[table.State]int `json:"states"` // destinations by state; states without any are left out
	// The entry that is furthest behind, none if all are current.
	FurthestBehind string     `json:"furthestBehind,omitempty"`
	Behind         *time.Time `json:"behind,omitempty"`
}

func summaryOf(entries []entryStatus) statusSummary {
	s := statusSummary{Entries: len(entries), States: map[table.State]int{}}
	for _, e := range entries {
		if e.State == invalid {
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

// writeSummary prints a summary as lines.
func writeSummary(w io.Writer, s statusSummary, now time.Time) error {
	text := fmt.Sprintf("entries: %d (invalid %d, expiring soon %d)\ndestinations: %d", s.Entries, s.Invalid, s.ExpiringSoon, s.Destinations)
	var states []string
	for _, state := range stateNames() {
		if n := s.States[table.State(state)]; n > 0 {
			states = append(states, fmt.Sprintf("%s %d", state, n))
		}
	}
	if len(states) > 0 {
		text += " (" + strings.Join(states, ", ") + ")"
	}
	if s.Behind != nil {
		text += fmt.Sprintf("\nfurthest behind: %s (%s)", shown(s.FurthestBehind), behind(s.Behind, now))
	}
	_, err := fmt.Fprintln(w, text)
	return err
}
