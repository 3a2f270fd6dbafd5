package main

import (
	"errors"
	"io"
	"iter"
	"strconv"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
	"ecrmirror/internal/statusview"
)

// wanted reports whether a sweep would submit something, if it is not in flight.
func wanted(decisions []entry.Result) bool {
	for _, d := range decisions {
		for _, dest := range d.Destinations {
			if dest.State == entry.Stale {
				return true
			}
		}
	}
	return false
}

// writePlan prints a line for each destination and one for each entry that could not be
// judged, then a count; or a JSON list of entries.
func writePlan(w io.Writer, palette output.Palette, asJSON bool, decisions []entry.Result, report controller.Report) error {
	if asJSON {
		return output.JSONList(w, entriesOf(decisions))
	}
	g := output.Grid{Palette: palette, Color: statusview.Color, Rows: func(row func(cells ...string)) {
		if len(decisions) > 0 {
			row("SOURCE", "DESTINATION", "STATE", "BYTES", "REASON")
		}
		for _, d := range decisions {
			if d.Err != nil {
				row(d.Source, "-", string(d.State()), "", d.Err.Error())
			}
			if d.Twin != nil {
				row(d.Source, "-", string(entry.Failing), "", d.Twin.Error())
			}
			for _, dest := range d.Destinations {
				row(d.Source, dest.Name, string(dest.State), bytesOf(d, dest), dest.Reason())
			}
		}
	}}
	if err := g.Write(w); err != nil {
		return err
	}
	return output.Line(w, "%s", report.Planned())
}

// bytesOf returns how much is to be copied at most, "" if nothing is or nobody knows. What the
// destination has of it already is not asked.
func bytesOf(d entry.Result, dest entry.DestinationResult) string {
	if dest.State != entry.Stale || d.Size == 0 {
		return ""
	}
	return strconv.FormatInt(d.Size, 10)
}

// jsonEntry is an element of the list that --output json prints.
type jsonEntry struct {
	Source       string            `json:"source"`
	Digest       string            `json:"digest,omitempty"`
	State        string            `json:"state,omitempty"` // failing or deferred where the entry as a whole could not be judged; it then has no destinations
	Error        string            `json:"error,omitempty"` // why, or what is wrong with the entry beside its destinations
	Bytes        int64             `json:"bytes,omitempty"` // of the source, of an index its largest image's, where that is known
	Destinations []jsonDestination `json:"destinations"`
}

type jsonDestination struct {
	Name   string `json:"name"`
	State  string `json:"state"`            // current, stale, failing or deferred
	Digest string `json:"digest,omitempty"` // none where the destination does not exist
	Reason string `json:"reason"`
}

func entriesOf(decisions []entry.Result) iter.Seq[jsonEntry] {
	return func(yield func(jsonEntry) bool) {
		for _, d := range decisions {
			if !yield(entryOf(d)) {
				return
			}
		}
	}
}

func entryOf(d entry.Result) jsonEntry {
	entry := jsonEntry{Source: d.Source, Digest: d.Digest.String(), State: string(d.State()), Bytes: d.Size, Destinations: []jsonDestination{}}
	if err := errors.Join(d.Err, d.Twin); err != nil {
		entry.Error = program.OneLine(err.Error())
	}
	for _, dest := range d.Destinations {
		entry.Destinations = append(entry.Destinations, jsonDestination{
			Name: dest.Name, State: string(dest.State), Digest: dest.Digest.String(), Reason: program.OneLine(dest.Reason()),
		})
	}
	return entry
}
