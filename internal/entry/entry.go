// Package entry says what an entry is: a source image, its destinations, when it expires, and what is known of
// it from the last check, its [Status]. All of it is pure: where entries are kept, and how they are written
// there, packages table and entryfile know.
package entry

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// An Entry is what is mirrored to where, and until when.
type Entry struct {
	Source       string    // the image name as it was written; the key
	Destinations []string  // at least one, without blanks or repetitions, in the order in which they were written
	Expires      time.Time // the entry is ignored from this second on; zero if it never expires
	Status       Status    // as it was last written; zero if the entry has never been checked
}

// An Error says what is wrong with one entry. Other entries are not affected by it.
type Error struct {
	Source string // the entry's key; "" if it has none that is a string
	Err    error
}

func (e *Error) Error() string { return fmt.Sprintf("entry %q: %v", e.Source, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Check returns the entry's problems as one error, nil if there are none.
func (e Entry) Check() error { return oneLine(e.problems()) }

// CheckAt is Check, and refuses an entry that has expired by now.
func (e Entry) CheckAt(now time.Time) error {
	errs := e.problems()
	if e.ExpiredBy(now) {
		errs = append(errs, errors.New("would have expired at "+FormatExpiry(e.Expires)))
	}
	return oneLine(errs)
}

func (e Entry) problems() []error {
	var errs []error
	for _, p := range e.Problems() {
		errs = append(errs, p.Err)
	}
	return errs
}

// ExpiredBy reports whether the entry has expired by now: from the second of Expires on.
func (e Entry) ExpiredBy(now time.Time) bool {
	return !e.Expires.IsZero() && e.Expires.Unix() <= now.Unix()
}

// Same reports whether both say the same of the same source, in the same order.
func (e Entry) Same(other Entry) bool {
	return e.Source == other.Source && slices.Equal(e.Destinations, other.Destinations) &&
		(e.Expires.IsZero() == other.Expires.IsZero()) && (e.Expires.IsZero() || e.Expires.Unix() == other.Expires.Unix())
}
