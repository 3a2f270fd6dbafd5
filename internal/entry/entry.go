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

// Equal reports whether both say the same. Times are compared by the second.
func (o Options) Equal(other Options) bool {
	o.Expires, other.Expires = second(o.Expires), second(other.Expires)
	return o == other
}

// second returns a time by its second, the zero time as it is.
func second(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.Unix(t.Unix(), 0).UTC()
}

// ExpiredBy reports whether the entry has expired by now: from the second of Expires on.
func (o Options) ExpiredBy(now time.Time) bool {
	return !o.Expires.IsZero() && o.Expires.Unix() <= now.Unix()
}

// Same reports whether both say the same of the same source, with the destinations in the same order. What is known
// of them is not compared.
func (e Entry) Same(other Entry) bool {
	return e.Source == other.Source && slices.Equal(e.Destinations, other.Destinations) && e.Options.Equal(other.Options)
}

// An Error says what is wrong with one entry. Other entries are not affected by it.
type Error struct {
	Source string // the entry's key; "" if it has none that is a string
	Err    error
}

func (e *Error) Error() string { return fmt.Sprintf("entry %q: %v", e.Source, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
