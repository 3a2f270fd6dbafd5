// Package entry says what an entry is: a source, its destinations, its [Options], and its [Status], which is what the
// last check found. The source is an image, or a repository or namespace of which rules choose tags: a selection. It
// only computes. Packages table and entryfile read and write entries.
package entry

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/selection"
)

// An Entry asks for a source image, or for images that rules choose, to be mirrored to destinations.
type Entry struct {
	Source string // the image name, repository or namespace as it was written; the key
	// Destinations are image names, or templates of a selection, in the order in which they were written: each once,
	// and at least one unless all rules have some of their own.
	Destinations []string
	Options
	Tags   []Rule                 // make the entry a selection; a tag is mirrored if one of them chooses it
	Repos  selection.Repositories // of a selection whose source is a namespace
	Labels map[string]string      // the owner's; nil if there are none
	// Selection is the source of the selection that the entry is an image of; "" of an entry of the table.
	Selection string
	// Chosen is the digest that the selection chose, where that depended on it; "" = whatever the source has.
	Chosen digest.Digest
	Status Status // as it was last written; zero if the entry has never been checked
}

// Options are the settings of an entry. A setting that the entry does not have is zero.
type Options struct {
	Expires time.Time // the entry is ignored from this second on; zero if it never expires
	ImageOptions
}

// rounded returns the options with times as all codecs keep them: by the second, in UTC.
func (o Options) rounded() Options {
	if !o.Expires.IsZero() {
		o.Expires = time.Unix(o.Expires.Unix(), 0).UTC()
	}
	return o
}

// ExpiredBy reports whether the entry has expired at a time. It has from the second of Expires on.
func (o Options) ExpiredBy(now time.Time) bool {
	return !o.Expires.IsZero() && o.Expires.Unix() <= now.Unix()
}

// Same reports whether two entries have the same source, the same destinations and rules in the same order, and the
// same options and labels. Statuses are not compared.
func (e Entry) Same(other Entry) bool {
	return e.Source == other.Source && slices.Equal(e.Destinations, other.Destinations) &&
		e.rounded() == other.rounded() && e.sameSelection(other)
}

// sameSelection reports whether both entries choose the same, and have the same labels.
func (e Entry) sameSelection(other Entry) bool {
	return slices.EqualFunc(e.Tags, other.Tags, Rule.Equal) && e.Repos.Equal(other.Repos) &&
		maps.Equal(e.Labels, other.Labels)
}

// IsSelection reports whether the entry is a selection: its source is a repository or a namespace, and its rules choose
// tags. Other entries name one image.
func (e Entry) IsSelection() bool { return len(e.Tags) > 0 }

// NeedsDestinations reports whether the entry must have destinations of its own: there are rules, if any, without.
func (e Entry) NeedsDestinations() bool {
	return !e.IsSelection() || slices.ContainsFunc(e.Tags, func(r Rule) bool { return len(r.To) == 0 })
}

// DestinationsOf returns the destinations of what the rule with that number chooses.
func (e Entry) DestinationsOf(rule int) []string {
	if to := e.Tags[rule].To; len(to) > 0 {
		return to
	}
	return e.Destinations
}

// OptionsOf returns the options of what the rule with that number chooses.
func (e Entry) OptionsOf(rule int) ImageOptions { return e.Tags[rule].Options.Over(e.ImageOptions) }

// AllDestinations returns the destinations of the entry and those of its rules, each once.
func (e Entry) AllDestinations() []string {
	all := slices.Clip(e.Destinations)
	for _, rule := range e.Tags {
		for _, text := range rule.To {
			if !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	return all
}

// An Error is an error of one entry. It does not affect other entries.
type Error struct {
	Source string // the entry's key; "" if it has none that is a string
	Err    error
}

func (e *Error) Error() string { return fmt.Sprintf("entry %q: %v", e.Source, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
