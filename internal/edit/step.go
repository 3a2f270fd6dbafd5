package edit

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entrydiff"
	"ecrmirror/internal/entryform"
	"ecrmirror/internal/inventory"
	"ecrmirror/internal/output"
	"ecrmirror/internal/table"
)

// done is how a change is told that has been made.
func done(change table.Change) string {
	switch change {
	case table.Created:
		return "created"
	case table.Replaced:
		return "replaced"
	case table.Removed:
		return "removed"
	}
	return "unchanged"
}

// writeStep prints what a step does to the table after a verb, in the form of a difference:
//
//	replace docker.io/library/alpine:3
//	  + 111122223333.dkr.ecr.eu-west-1.amazonaws.com/alpine:3
//	  - registry.example.com/alpine:3
//	  expires 2027-01-31, was never
//
// What a name means beyond what is written, and where the images of a selection go, follows.
func writeStep(w io.Writer, verb string, step entrydiff.Step) error {
	var b linesOf
	b.say("%s %s", verb, step.Entry.Source)
	switch step.Change {
	case table.Kept:
	case table.Removed:
		b.names("-", linesOfEntry(step.Entry))
		_, err := io.WriteString(w, b.String())
		return err
	case table.Created:
		b.names("+", linesOfEntry(step.Entry))
		if !step.Entry.Expires.IsZero() {
			b.say("  expires %s", inventory.Expiry(step.Entry))
		}
	case table.Replaced:
		b.replacement(step.Old, step.Entry)
	}
	for _, line := range meant(step.Entry) {
		b.say("  %s", line)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// linesOf is the lines of a text.
type linesOf struct{ strings.Builder }

func (b *linesOf) say(format string, args ...any) { _ = output.Line(b, format, args...) } // memory has no errors

func (b *linesOf) names(sign string, names []string) {
	for _, name := range names {
		b.say("  %s %s", sign, name)
	}
}

// replacement has the lines of what differs between an entry and the one in its place.
func (b *linesOf) replacement(old, e entry.Entry) {
	was, is := linesOfEntry(old), linesOfEntry(e)
	added, removed := without(is, was), without(was, is)
	b.names("+", added)
	b.names("-", removed)
	switch was, now := inventory.Expiry(old), inventory.Expiry(e); {
	case old.Source == "":
		b.say("  was not a good entry")
	case was != now:
		b.say("  expires %s, was %s", now, was)
	case len(added)+len(removed) == 0:
		b.say("  other order of destinations%s", orOf(e))
	}
}

// linesOfEntry returns the destinations of an entry, and its rules, repos, options and labels, each as a line.
func linesOfEntry(e entry.Entry) []string {
	return slices.Concat(e.Destinations, entryform.Lines(e))
}

// orOf says what else of an entry has an order.
func orOf(e entry.Entry) string {
	if e.IsSelection() {
		return " or rules"
	}
	return ""
}

func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(others, name) })
}

// tally counts steps by what they do, and those that change something.
func tally(steps []entrydiff.Step) (text string, changes int) {
	counts := map[table.Change]int{}
	for _, step := range steps {
		counts[step.Change]++
	}
	text = fmt.Sprintf("create %d, replace %d, remove %d; %d unchanged",
		counts[table.Created], counts[table.Replaced], counts[table.Removed], counts[table.Kept])
	return text, len(steps) - counts[table.Kept]
}
