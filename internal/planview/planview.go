// Package planview prints a plan: what a sweep would do about each destination, and why, as text and as JSON.
package planview

import (
	"errors"
	"io"
	"iter"
	"slices"
	"strconv"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryform"
	"ecrmirror/internal/output"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/statusview"
)

// Stale reports whether a sweep would submit something, unless a job in flight copies it.
func Stale(results []entry.Result) bool {
	return slices.ContainsFunc(results, entry.Result.Stale)
}

// WriteText prints a line for each destination, and one for each entry that could not be judged; then last, which says
// what the plan comes to.
func WriteText(w io.Writer, palette output.Palette, results []entry.Result, last string) error {
	g := output.Grid{Palette: palette, Color: statusview.Color, Rows: func(row func(cells ...string)) {
		if len(results) > 0 {
			row("SOURCE", "DESTINATION", "STATE", "BYTES", "REASON")
		}
		for _, r := range results {
			if r.Err != nil {
				row(r.Source, "-", string(r.State()), "", r.Err.Error())
			}
			if r.Twin != nil {
				row(r.Source, "-", string(entry.Failing), "", r.Twin.Error())
			}
			for _, d := range r.Destinations {
				row(r.Source, d.Name, string(d.State), bytesOf(r, d), d.Reason())
			}
		}
	}}
	if err := g.Write(w); err != nil {
		return err
	}
	return output.Line(w, "%s", last)
}

// bytesOf returns how much is to be copied at most, "" if nothing is or the size is not known. What the
// destination has of it already is not asked.
func bytesOf(r entry.Result, d entry.DestinationResult) string {
	if d.State != entry.Stale || r.Size == 0 {
		return ""
	}
	return strconv.FormatInt(r.Size, 10)
}

// An Entry is an element of the list that WriteJSON prints.
type Entry struct {
	Source string `json:"source"`
	Digest string `json:"digest,omitempty"`
	// State is failing or deferred where the entry as a whole could not be judged. It has no destinations then.
	State string `json:"state,omitempty"`
	Error string `json:"error,omitempty"` // why, or what is wrong with the entry beside its destinations
	// of the source, of an index its largest image's; 0 if not known
	Bytes        int64         `json:"bytes,omitempty"`
	Destinations []Destination `json:"destinations"`
}

// A Destination is what a sweep would find of one destination.
type Destination struct {
	Name   string `json:"name"`
	State  string `json:"state"`            // current, stale, failing or deferred
	Digest string `json:"digest,omitempty"` // none where the destination does not exist
	// Wanted is the digest that it should have, of these platforms; none where it should have all.
	Wanted    string   `json:"wanted,omitempty"`
	Platforms []string `json:"platforms,omitempty"`
	// Options say what it should have, and on what terms, as a file of entries has them.
	Options entryform.Value `json:"options,omitzero"`
	Reason  string          `json:"reason"`
}

// WriteJSON prints a list of entries.
func WriteJSON(w io.Writer, results []entry.Result) error {
	return output.JSONList(w, entries(results))
}

func entries(results []entry.Result) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for _, r := range results {
			if !yield(entryOf(r)) {
				return
			}
		}
	}
}

func entryOf(r entry.Result) Entry {
	e := Entry{
		Source: r.Source, Digest: r.Digest.String(), State: string(r.State()), Bytes: r.Size,
		Destinations: []Destination{},
	}
	if err := errors.Join(r.Err, r.Twin); err != nil {
		e.Error = printable.Line(err.Error())
	}
	for _, d := range r.Destinations {
		wanted, platforms := d.Trimmed()
		e.Destinations = append(e.Destinations, Destination{
			Name: d.Name, State: string(d.State), Digest: d.Digest.String(), Wanted: wanted.String(),
			Platforms: platforms, Options: entryform.WriteOptions(d.Wants.Options()),
			Reason: printable.Line(d.Reason()),
		})
	}
	return e
}
