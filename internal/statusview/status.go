// Package statusview shows what is known of the entries of a table: which destinations are current and which are not,
// since when and why, as text and as JSON. It looks up nothing.
package statusview

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryform"
	"ecrmirror/internal/inventory"
	"ecrmirror/internal/output"
)

// States that a view has beside those of package entry.
const (
	Unchecked entry.State = "unchecked" // no check has looked at it yet
	Invalid   entry.State = "invalid"   // the item is an invalid entry, or a destination names no image
)

// States returns the names of all states, the best first.
func States() []string {
	var names []string
	for _, s := range []entry.State{
		entry.Current, entry.Deferred, entry.Submitted, entry.Stale, entry.Failing, Unchecked, Invalid,
	} {
		names = append(names, string(s))
	}
	return names
}

// soon is how long before its end an entry is shown as one that expires soon.
const soon = 14 * 24 * time.Hour

// An Entry is the status of one entry: an element of the list that is printed as JSON.
type Entry struct {
	Source string        `json:"source"`
	State  entry.State   `json:"state"`            // the worst of the entry and its destinations
	Digest digest.Digest `json:"digest,omitempty"` // the source's, when it was last to be had
	// Error is why the entry as a whole could not be judged; of an invalid one, what is wrong with it.
	Error         string        `json:"error,omitempty"`
	Checked       *time.Time    `json:"checked,omitempty"`  // none if never
	Mirrored      *time.Time    `json:"mirrored,omitempty"` // when a destination was last seen to have caught up
	Behind        *time.Time    `json:"behind,omitempty"`   // since when not all destinations are known to be current
	BehindSeconds int64         `json:"behindSeconds"`      // how long ago that is; 0 if all are current
	Expires       *time.Time    `json:"expires,omitempty"`  // the entry is ignored from this second on
	ExpiresSoon   bool          `json:"expiresSoon"`
	Destinations  []Destination `json:"destinations"`
	// Images are those of a selection, if they were asked for.
	Images  []Entry           `json:"images,omitempty"`
	Options entryform.Value   `json:"options,omitzero"` // as a file of entries has them
	Labels  map[string]string `json:"labels,omitempty"` // the owner's
}

// A Destination is the status of one destination.
type Destination struct {
	Name          string        `json:"name"`
	State         entry.State   `json:"state"`
	Digest        digest.Digest `json:"digest,omitempty"` // none if it did not exist, or is not known
	Mirrored      *time.Time    `json:"mirrored,omitempty"`
	Behind        *time.Time    `json:"behind,omitempty"`
	BehindSeconds int64         `json:"behindSeconds"`
	// why it is failing or deferred, or what became of the last job
	Error string `json:"error,omitempty"`
	Logs  string `json:"logs,omitempty"` // the command that prints the log of the job that failed
	Job   string `json:"job,omitempty"`  // the last job submitted for it
	Jobs  int    `json:"jobs"`           // how many were since it is behind
	// Images is how many images of a selection the destination is to have; 0 if that is not known, or of an image
	// entry.
	Images int `json:"images,omitempty"`
}

// Of returns the status of an inventory's items, sorted by source.
func Of(inv inventory.Inventory, conflicts *conflict.Found, now time.Time) []Entry {
	var list []Entry
	for _, e := range inv.Entries {
		list = append(list, statusOf(e, conflicts, now))
	}
	for _, e := range inv.Invalid {
		list = append(list, Entry{
			Source: e.Source, State: Invalid, Error: e.Err.Error(), Destinations: []Destination{},
		})
	}
	slices.SortStableFunc(list, func(a, b Entry) int { return strings.Compare(a.Source, b.Source) })
	return list
}

// statusOf returns what is known of an entry, and with which others it is in conflict now, whether or
// not a check has seen that.
func statusOf(e entry.Entry, conflicts *conflict.Found, now time.Time) Entry {
	s := Entry{
		Source: e.Source, State: e.Status.Worst(), Digest: e.Status.Source, Error: e.Status.Error,
		Checked: output.Time(e.Status.Checked), Mirrored: output.Time(e.Status.Mirrored()),
		Behind: output.Time(e.Status.Behind()), BehindSeconds: secondsSince(e.Status.Behind(), now),
		Expires: output.Time(e.Expires), ExpiresSoon: !e.Expires.IsZero() && e.Expires.Sub(now) <= soon,
		Options: entryform.WriteOptions(e.ImageOptions), Labels: e.Labels,
	}
	for _, name := range e.AllDestinations() {
		s.Destinations = append(s.Destinations, destinationOf(e, name, e.Status.Destinations[name], now))
	}
	if !e.IsSelection() { // the images of one are in conflict, if any
		s.clash(e.Names(), conflicts)
	}
	if s.State == "" {
		s.State = Unchecked
	}
	return s
}

// clash says with which others an entry is in conflict.
func (s *Entry) clash(names entry.Names, conflicts *conflict.Found) {
	for i := range s.Destinations {
		if err := conflicts.Destination(names.Source, names.Wants, names.Destinations[i]); err != nil {
			s.State, s.Destinations[i].State, s.Destinations[i].Error = entry.Failing, entry.Failing, err.Error()
		}
	}
	if err := conflicts.Source(names.Source); err != nil {
		s.State, s.Error = entry.Failing, err.Error()
	}
}

func destinationOf(e entry.Entry, name string, known entry.DestinationStatus, now time.Time) Destination {
	d := Destination{
		Name: name, State: known.State, Digest: known.Digest, Mirrored: output.Time(known.Mirrored),
		Behind: output.Time(known.Behind), BehindSeconds: secondsSince(known.Behind, now),
		Error: known.Error, Logs: logsOf(known.Log), Job: known.JobID, Jobs: known.Jobs,
		Images: known.Images,
	}
	if d.State == "" {
		d.State = Unchecked
	}
	if err := e.ValidateDestination(name); err != nil {
		d.State, d.Error = Invalid, err.Error()
	}
	return d
}

func secondsSince(t, now time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return int64(max(0, now.Sub(t)) / time.Second)
}

// logsOf returns the command that prints a log, GROUP:STREAM.
func logsOf(log string) string {
	group, stream, ok := strings.Cut(log, ":")
	if !ok || !logName.MatchString(group) || !logName.MatchString(stream) {
		return ""
	}
	return "aws logs get-log-events --log-group-name " + group + " --log-stream-name " + stream +
		" --query 'events[].message' --output text"
}

// logName matches names of logs that a shell takes as they are: a job wrote them, and somebody is about to paste them.
var logName = regexp.MustCompile(`^[-A-Za-z0-9_./]+$`)
