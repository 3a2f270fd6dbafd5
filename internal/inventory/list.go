package inventory

import (
	"io"
	"iter"
	"strings"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryform"
	"ecrmirror/internal/output"
)

// An Item is an element of the list that WriteJSON prints.
type Item struct {
	Source       string     `json:"source"`
	Destinations []string   `json:"destinations"`      // none where the item is an invalid entry
	Expires      *time.Time `json:"expires,omitempty"` // the entry is ignored from this second on
	// What a selection chooses, options, and the owner's labels, as a file of entries has them.
	Tags    entryform.Value `json:"tags,omitzero"`
	Repos   entryform.Value `json:"repos,omitzero"`
	Options entryform.Value `json:"options,omitzero"`
	Labels  entryform.Value `json:"labels,omitzero"`
	// Error is why the item is an invalid entry, or which destinations name no image.
	Error string `json:"error,omitempty"`
}

// WriteJSON prints a list of all items, the invalid ones last.
func (inv Inventory) WriteJSON(w io.Writer) error { return output.JSONList(w, inv.items()) }

func (inv Inventory) items() iter.Seq[Item] {
	return func(yield func(Item) bool) {
		for _, e := range inv.Entries {
			if !yield(itemOf(e)) {
				return
			}
		}
		for _, e := range inv.Invalid {
			if !yield(Item{Source: e.Source, Destinations: []string{}, Error: e.Err.Error()}) {
				return
			}
		}
	}
}

func itemOf(e entry.Entry) Item {
	return Item{
		Source: e.Source, Destinations: append([]string{}, e.Destinations...),
		Expires: output.Time(e.Expires), Error: badDestinations(e),
		Tags: entryform.WriteTags(e.Tags), Repos: entryform.WriteRepos(e.Repos),
		Options: entryform.WriteOptions(e.ImageOptions), Labels: entryform.WriteLabels(e.Labels),
	}
}

// badDestinations says which destinations of an entry name no image, and why; "" if all do.
func badDestinations(e entry.Entry) string {
	var texts []string
	for _, destination := range e.AllDestinations() {
		if err := e.ValidateDestination(destination); err != nil {
			texts = append(texts, err.Error())
		}
	}
	return strings.Join(texts, "; ")
}

// WriteText prints a line for each destination, rule and the like of an entry, and then one for each invalid item.
// table is the table's name.
func (inv Inventory) WriteText(w io.Writer, table string) error {
	if inv.Len() == 0 {
		return WriteEmpty(w, table)
	}
	return output.Grid{Rows: func(row func(cells ...string)) {
		row("SOURCE", "EXPIRES", "DESTINATION")
		for _, e := range inv.Entries {
			for _, destination := range e.AllDestinations() {
				text := destination
				if err := e.ValidateDestination(destination); err != nil {
					text = "invalid: " + err.Error()
				}
				row(e.Source, Expiry(e), text)
			}
			for _, line := range entryform.Lines(e) {
				row(e.Source, Expiry(e), line)
			}
		}
		for _, e := range inv.Invalid {
			row(e.Source, "-", "invalid: "+e.Err.Error())
		}
	}}.Write(w)
}

// WriteEmpty says that a table has no entries.
func WriteEmpty(w io.Writer, table string) error {
	return output.Line(w, "table %s has no entries (controller put writes one)", table)
}

// Expiry returns when an entry expires, as people write it: "never" if it does not.
func Expiry(e entry.Entry) string {
	if text := entry.FormatExpiry(e.Expires); text != "" {
		return text
	}
	return "never"
}
