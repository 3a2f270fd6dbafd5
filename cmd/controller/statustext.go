package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/table"
)

// writeStatus prints a paragraph for each entry: a line about its source, and one for each
// destination, aligned over all of them, with its last error on a line of its own. What is
// long and of any length comes last. of is how many entries the table has, with those not shown.
func writeStatus(w io.Writer, name string, entries []entryStatus, of int, now time.Time) error {
	switch {
	case of == 0:
		return sayEmpty(w, name)
	case len(entries) == 0:
		_, err := fmt.Fprintf(w, "no entry matches, of %d in the table\n", of)
		return err
	}
	var g grid
	g.row("SOURCE")
	g.row("  STATE", "DIGEST", "BEHIND", "MIRRORED", "DESTINATION")
	for _, e := range entries {
		g.row(sourceLine(e, now))
		if e.Error != "" {
			g.row("  " + errorLine(e.Error))
		}
		for _, d := range e.Destinations {
			g.row("  "+shown(string(d.State)), short(d.Digest), behind(d.Behind, now), mirrored(d, now), shown(d.Name))
			if d.Error != "" {
				g.row("    " + errorLine(d.Error))
			}
		}
	}
	if err := g.write(w); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, summary(entries, now))
	return err
}

func sourceLine(e entryStatus, now time.Time) string {
	if e.State == invalid {
		return fmt.Sprintf("%s  invalid", shown(e.Source))
	}
	facts := []string{"never checked"}
	if e.Checked != nil {
		facts = []string{"checked " + ago(e.Checked, now)}
	}
	if e.Digest != "" {
		facts = append([]string{short(e.Digest)}, facts...)
	}
	if e.Expires != nil {
		mark := ""
		if e.ExpiresSoon {
			mark = ", soon"
		}
		facts = append(facts, fmt.Sprintf("expires %s (in %s%s)", table.FormatExpiry(*e.Expires), span(e.Expires.Sub(now)), mark))
	}
	return shown(e.Source) + "  " + strings.Join(facts, ", ")
}

func errorLine(text string) string { return "error: " + shown(text) }

// short is the first characters of a digest, as many as people compare.
func short(d digest.Digest) string {
	const characters = 12
	_, encoded, found := strings.Cut(d.String(), ":")
	switch {
	case !found:
		return "-"
	case len(encoded) <= characters:
		return shown(encoded)
	}
	return shown(encoded[:characters])
}

func behind(since *time.Time, now time.Time) string {
	if since == nil {
		return "-"
	}
	return span(now.Sub(*since))
}

// mirrored says when a destination caught up. One that has never been seen behind had nothing to catch up with.
func mirrored(d destinationStatus, now time.Time) string {
	if d.Mirrored == nil && d.State == table.Current {
		return "-"
	}
	return ago(d.Mirrored, now)
}

// ago says how long ago t was; nil is never.
func ago(t *time.Time, now time.Time) string {
	if t == nil {
		return "never"
	}
	return span(now.Sub(*t)) + " ago"
}

// summary counts what is shown, and says what is furthest behind.
func summary(entries []entryStatus, now time.Time) string {
	counts, destinations, expiring := map[table.State]int{}, 0, 0
	var last entryStatus
	for _, e := range entries {
		if e.State == invalid {
			counts[invalid]++
		}
		if e.ExpiresSoon {
			expiring++
		}
		if e.Behind != nil && (last.Behind == nil || e.Behind.Before(*last.Behind)) {
			last = e
		}
		destinations += len(e.Destinations)
		for _, d := range e.Destinations {
			counts[d.State]++
		}
	}
	var parts []string
	for _, state := range stateNames() {
		if n := counts[table.State(state)]; n > 0 && state != string(invalid) {
			parts = append(parts, fmt.Sprintf("%s %d", state, n))
		}
	}
	text := fmt.Sprintf("entries: %d (invalid %d, expiring soon %d)\ndestinations: %d", len(entries), counts[invalid], expiring, destinations)
	if len(parts) > 0 {
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	if last.Behind != nil {
		text += fmt.Sprintf("\nfurthest behind: %s (%s)", shown(last.Source), behind(last.Behind, now))
	}
	return text
}
