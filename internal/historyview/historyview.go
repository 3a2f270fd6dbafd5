// Package historyview prints what the ledger has of images: what happened to them, and who owns a destination; as text
// and as JSON.
package historyview

import (
	"io"
	"slices"
	"time"

	"ecrmirror/internal/ledger"
	"ecrmirror/internal/output"
)

// A Filter says which events are shown. The zero Filter shows all.
type Filter struct {
	Tag    string // of the image; "" = any
	Job    string // that they are about; "" = any
	Failed bool   // only failures of jobs
}

// Apply returns the events that are shown, in the order of their times.
func (f Filter) Apply(events []ledger.Event) []ledger.Event {
	shown := slices.DeleteFunc(slices.Clone(events), func(e ledger.Event) bool {
		return f.Tag != "" && e.Key.Tag != f.Tag || f.Job != "" && e.Job != f.Job || f.Failed && e.Kind != ledger.Failed
	})
	slices.SortStableFunc(shown, func(a, b ledger.Event) int { return a.Time.Compare(b.Time) })
	return shown
}

// WriteText prints a line for each event.
func WriteText(w io.Writer, palette output.Palette, events []ledger.Event) error {
	if len(events) == 0 {
		return output.Line(w, "nothing is known to have happened")
	}
	g := output.Grid{Palette: palette, Color: color, Rows: func(row func(cells ...string)) {
		row("TIME", "IMAGE", "WHAT", "BEFORE", "AFTER", "JOB", "")
		for _, e := range events {
			row(e.Time.UTC().Format(time.RFC3339), e.Key.String(), string(e.Kind), short(e.Before.String()),
				short(e.After.String()), e.Job, said(e))
		}
	}}
	return g.Write(w)
}

func color(cell string) output.Color {
	switch ledger.Kind(cell) {
	case ledger.Failed:
		return output.Bad
	case ledger.Held:
		return output.Waiting
	case ledger.Copied:
		return output.Good
	}
	return output.Plain
}

// shown is how many characters of a digest tell it from others for people.
const shown = len("sha256:") + 12

func short(digest string) string { return digest[:min(len(digest), shown)] }

// said returns what an event says beside digests and a job.
func said(e ledger.Event) string {
	if e.Kind != ledger.Copied || e.Took == 0 {
		return e.Text
	}
	text := output.Bytes(e.Bytes) + " in " + output.Span(e.Took)
	if e.Text != "" {
		text += "; verified: " + e.Text
	}
	return text
}

// An Event is an element of the list that WriteJSON prints.
type Event struct {
	Time         time.Time `json:"time"`
	Image        string    `json:"image"`
	What         string    `json:"what"` // moved, owned, submitted, copied, failed, held or released
	Before       string    `json:"before,omitempty"`
	After        string    `json:"after,omitempty"`
	Source       string    `json:"sourceDigest,omitempty"` // the source's digest that after was made of
	Job          string    `json:"job,omitempty"`
	Text         string    `json:"text,omitempty"`
	Bytes        int64     `json:"bytes,omitempty"`
	Milliseconds int64     `json:"milliseconds,omitempty"`
}

// WriteJSON prints a list of events.
func WriteJSON(w io.Writer, events []ledger.Event) error {
	return output.JSONList(w, func(yield func(Event) bool) {
		for _, e := range events {
			if !yield(Event{
				Time: e.Time.UTC(), Image: e.Key.String(), What: string(e.Kind), Before: e.Before.String(),
				After: e.After.String(), Source: e.From.String(), Job: e.Job, Text: e.Text, Bytes: e.Bytes,
				Milliseconds: e.Took.Milliseconds(),
			}) {
				return
			}
		}
	})
}

// An Owner is what WriteOwner prints of a destination.
type Owner struct {
	Destination string     `json:"destination"`
	Owner       string     `json:"owner,omitempty"` // the source image; none if nobody owns the destination
	Since       *time.Time `json:"since,omitempty"`
}

// WriteOwner prints who owns a destination.
func WriteOwner(w io.Writer, asJSON bool, destination string, owner ledger.Owner) error {
	switch {
	case asJSON:
		return output.JSON(w, Owner{destination, owner.Source, output.Time(owner.Since)})
	case owner.Source == "":
		return output.Line(w, "%s has no owner: no entry that has it was swept yet", destination)
	}
	return output.Line(w, "%s is mirrored from %s since %s", destination, owner.Source,
		owner.Since.UTC().Format(time.RFC3339))
}
