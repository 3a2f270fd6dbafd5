// Package entry says what an entry is: a source image, its destinations, its [Options], and what is known of
// it from the last check, its [Status]. All of it is pure: where entries are kept, and how they are written
// there, packages table and entryfile know.
package entry

import (
	"fmt"
	"slices"
	"time"
)

// An Entry is what is mirrored to where.
type Entry struct {
	Source       string   // the image name as it was written; the key
	Destinations []string // at least one, without blanks or repetitions, in the order in which they were written
	Options
	Status Status // as it was last written; zero if the entry has never been checked
}

// Options are what an entry says beside its names. The zero value of each is what holds where the entry says nothing.
type Options struct {
	Expires time.Time // the entry is ignored from this second on; zero if it never expires
}

// rounded returns the options with times as all codecs keep them: by the second, in UTC.
func (o Options) rounded() Options {
	if !o.Expires.IsZero() {
		o.Expires = time.Unix(o.Expires.Unix(), 0).UTC()
	}
	return o
}

// ExpiredBy reports whether the entry has expired by now: from the second of Expires on.
func (o Options) ExpiredBy(now time.Time) bool {
	return !o.Expires.IsZero() && o.Expires.Unix() <= now.Unix()
}

// Same reports whether both say the same of the same source, with the destinations in the same order. What is known
// of them is not compared.
func (e Entry) Same(other Entry) bool {
	return e.Source == other.Source && slices.Equal(e.Destinations, other.Destinations) && e.rounded() == other.rounded()
}

// An Error says what is wrong with one entry. Other entries are not affected by it.
type Error struct {
	Source string // the entry's key; "" if it has none that is a string
	Err    error
}

func (e *Error) Error() string { return fmt.Sprintf("entry %q: %v", e.Source, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
