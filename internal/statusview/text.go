package statusview

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/inventory"
	"ecrmirror/internal/output"
)

// Write prints a line for each destination, and one for each invalid item; then the summary. What is long and of any
// length comes last. table is the table's name, and of is the number of its items, with those that a filter left out.
func Write(w io.Writer, palette output.Palette, table string, entries []Entry, of int, now time.Time) error {
	switch {
	case of == 0:
		return inventory.WriteEmpty(w, table)
	case len(entries) == 0:
		return output.Line(w, "no entry matches, of %d in the table", of)
	}
	if err := writeRows(w, palette, entries, now); err != nil {
		return err
	}
	if err := writeLogs(w, entries); err != nil {
		return err
	}
	for _, e := range entries {
		if err := writeImages(w, palette, e, now); err != nil {
			return err
		}
	}
	return Summarize(entries).Write(w, now)
}

// writeImages prints the images of a selection, if they were asked for.
func writeImages(w io.Writer, palette output.Palette, e Entry, now time.Time) error {
	if len(e.Images) == 0 {
		return nil
	}
	return errors.Join(
		output.Line(w, "images of %s: %d", e.Source, len(e.Images)),
		writeRows(w, palette, e.Images, now),
		writeLogs(w, e.Images),
	)
}

// writeRows prints a line for each destination, and one for each entry without.
func writeRows(w io.Writer, palette output.Palette, entries []Entry, now time.Time) error {
	return output.Grid{Palette: palette, Color: Color, Rows: func(row func(cells ...string)) {
		row("STATE", "BEHIND", "MIRRORED", "CHECKED", "EXPIRES", "SOURCE", "DESTINATION", "REASON")
		for _, e := range entries {
			checked, expires := ago(e.Checked, now), expiresIn(e, now)
			if len(e.Destinations) == 0 {
				row(string(e.State), "-", "-", "-", "-", e.Source, "-", e.Error)
			}
			for _, d := range e.Destinations {
				row(string(d.State), behind(d.Behind, now), mirrored(d, now), checked, expires, e.Source,
					d.Name, reason(e, d))
			}
		}
	}}.Write(w)
}

// writeLogs prints how to see the logs of jobs that failed, each once.
func writeLogs(w io.Writer, entries []Entry) error {
	told := map[string]bool{}
	for _, e := range entries {
		for _, d := range e.Destinations {
			if d.Logs == "" || told[d.Logs] {
				continue
			}
			told[d.Logs] = true
			if err := output.Line(w, "log of %s: %s", d.Name, d.Logs); err != nil {
				return err
			}
		}
	}
	return nil
}

// reason is why a destination is as it is: what is wrong with its entry as a whole is wrong with it. Where nothing is,
// it says how many images of a selection there are.
func reason(e Entry, d Destination) string {
	if d.Images > 0 && d.State == entry.Current {
		return fmt.Sprintf("%d images", d.Images)
	}
	return cmp.Or(d.Error, e.Error)
}

// expiresIn says when an entry expires, which is far off or not.
func expiresIn(e Entry, now time.Time) string {
	switch {
	case e.Expires == nil:
		return "never"
	case e.ExpiresSoon:
		return "soon, in " + output.Span(e.Expires.Sub(now))
	}
	return "in " + output.Span(e.Expires.Sub(now))
}

func behind(since *time.Time, now time.Time) string {
	if since == nil {
		return "-"
	}
	return output.Span(now.Sub(*since))
}

// mirrored says when a destination caught up. One that has never been seen behind had nothing to catch up with.
func mirrored(d Destination, now time.Time) string {
	if d.Mirrored == nil && d.State == entry.Current {
		return "-"
	}
	return ago(d.Mirrored, now)
}

// ago says how long ago t was; nil is never.
func ago(t *time.Time, now time.Time) string {
	if t == nil {
		return "never"
	}
	return output.Span(now.Sub(*t)) + " ago"
}

// Color returns the color of a state; other words have none.
func Color(word string) output.Color {
	switch word {
	case string(entry.Current):
		return output.Good
	case string(entry.Stale), string(entry.Submitted), string(entry.Deferred):
		return output.Waiting
	case string(entry.Failing), string(Invalid):
		return output.Bad
	case string(Unchecked):
		return output.Faint
	}
	return output.Plain
}
