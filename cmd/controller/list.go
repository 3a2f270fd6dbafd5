package main

import (
	"io"
	"iter"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
)

func newList(c *config) *cobra.Command {
	var format *cli.Format
	cmd := &cobra.Command{
		Use:               "list [SOURCE...]",
		Short:             "Print the entries of the table",
		Long:              listLong,
		Example:           listExample,
		ValidArgsFunction: c.completeSources(0),
		RunE: func(cmd *cobra.Command, sources []string) error {
			now := time.Now()
			t, err := c.openTable(cmd.Context())
			if err != nil {
				return err
			}
			entries, bad, err := readTable(withoutStatus(t.All(cmd.Context(), now)))
			if err != nil {
				return err
			}
			if entries, bad, err = chosen(sources, entries, bad); err != nil {
				return err
			}
			if format.JSON() {
				err = output.JSONList(cmd.OutOrStdout(), listed(entries, bad))
			} else {
				err = writeList(cmd.OutOrStdout(), c.table, entries, bad)
			}
			return program.NotPrinted(nil, err)
		},
	}
	format = cli.AddOutput(cmd.Flags(), formerText)
	return cli.Uses(cmd, tableFlags...)
}

// listedEntry is an element of the list that --output json prints.
type listedEntry struct {
	Source       string     `json:"source"`
	Destinations []string   `json:"destinations"`
	Expires      *time.Time `json:"expires,omitempty"` // the entry is ignored from this second on
	Error        string     `json:"error,omitempty"`   // why the item is no good entry; it then has no destinations; or which of them name no image
}

func listed(entries []entry.Entry, bad []*entry.Error) iter.Seq[listedEntry] {
	return func(yield func(listedEntry) bool) {
		for _, e := range entries {
			if !yield(listedEntry{Source: e.Source, Destinations: e.Destinations, Expires: output.Time(e.Expires), Error: badDestinations(e)}) {
				return
			}
		}
		for _, b := range bad {
			if !yield(listedEntry{Source: b.Source, Destinations: []string{}, Error: b.Err.Error()}) {
				return
			}
		}
	}
}

// badDestinations says which destinations of an entry name no image, and why; "" if all do.
func badDestinations(e entry.Entry) string {
	var texts []string
	for _, destination := range e.Destinations {
		if err := entry.CheckDestination(destination); err != nil {
			texts = append(texts, err.Error())
		}
	}
	return strings.Join(texts, "; ")
}

// writeList prints a line for each destination, and one for each item that is no good entry.
func writeList(w io.Writer, name string, entries []entry.Entry, bad []*entry.Error) error {
	if len(entries)+len(bad) == 0 {
		return sayEmpty(w, name)
	}
	return output.Grid{Rows: func(row func(cells ...string)) {
		row("SOURCE", "EXPIRES", "DESTINATION")
		for _, e := range entries {
			for _, destination := range e.Destinations {
				text := destination
				if err := entry.CheckDestination(destination); err != nil {
					text = "invalid: " + err.Error()
				}
				row(e.Source, expiryOf(e), text)
			}
		}
		for _, b := range bad {
			row(b.Source, "-", "invalid: "+b.Err.Error())
		}
	}}.Write(w)
}

func sayEmpty(w io.Writer, name string) error {
	return output.Line(w, "table %s has no entries (controller put writes one)", name)
}

const listLong = `Print the entries of the table that have not expired, all or those of some sources, sorted
by source: a line for each destination. Items that are no good entries come last, with what
is wrong with them. A source may be written in any way: alpine:3 is docker.io/library/alpine:3.`

const listExample = `  controller list
  controller list docker.io/library/alpine:3
  controller list -o json | jq -r '.[] | select(.expires) | .source'`
