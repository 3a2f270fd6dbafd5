package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/program"
)

// writePlan prints a line for each destination and one for each entry that failed
// as a whole, then a count; or a JSON list of entries.
func writePlan(w io.Writer, format output, decisions []controller.Decision, report controller.Report) error {
	if format == outputJSON {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(entriesOf(decisions))
	}
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(decisions) > 0 {
		fmt.Fprintln(columns, "SOURCE\tDESTINATION\tSTATE\tREASON")
	}
	for _, d := range decisions {
		if d.Err != nil {
			fmt.Fprintf(columns, "%s\t-\t%s\t%s\n", d.Source, controller.Failed, program.OneLine(d.Err.Error()))
		}
		for _, dest := range d.Destinations {
			fmt.Fprintf(columns, "%s\t%s\t%s\t%s\n", d.Source, dest.Name, dest.State, program.OneLine(dest.Reason()))
		}
	}
	// What the columns could not write fails here at the latest.
	if err := columns.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "entries: %d (current %d, failed %d); stale destinations: %d; nothing submitted\n",
		report.Entries, report.Current, report.Failed, report.Stale)
	return err
}

// jsonEntry is an element of the list that --output json prints.
type jsonEntry struct {
	Source       string            `json:"source"`
	Digest       string            `json:"digest,omitempty"`
	Error        string            `json:"error,omitempty"` // why the entry as a whole failed; it then has no destinations
	Destinations []jsonDestination `json:"destinations"`
}

type jsonDestination struct {
	Name   string `json:"name"`
	State  string `json:"state"`            // current, stale or failed
	Digest string `json:"digest,omitempty"` // none where the destination does not exist
	Reason string `json:"reason"`
}

func entriesOf(decisions []controller.Decision) []jsonEntry {
	entries := make([]jsonEntry, 0, len(decisions))
	for _, d := range decisions {
		entry := jsonEntry{Source: d.Source, Digest: d.Digest.String(), Destinations: []jsonDestination{}}
		if d.Err != nil {
			entry.Error = d.Err.Error()
		}
		for _, dest := range d.Destinations {
			entry.Destinations = append(entry.Destinations, jsonDestination{
				Name: dest.Name, State: string(dest.State), Digest: dest.Digest.String(), Reason: dest.Reason(),
			})
		}
		entries = append(entries, entry)
	}
	return entries
}
