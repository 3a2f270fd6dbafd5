package chunked

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"ecrmirror/internal/transient"
)

var (
	// ErrClosed is returned by Read after Close.
	ErrClosed = errors.New("chunked: reader is closed")
	// ErrStalled is returned when a range delivered nothing for [Options].Stall, however often it
	// was asked for.
	ErrStalled = errors.New("no byte arrived in time")
	// ErrTooLong is returned when a body holds more bytes than were asked for.
	ErrTooLong = errors.New("body is longer than the range asked for")

	// errWhole: a request for a range away from the blob's start was answered with the whole blob.
	errWhole = errors.New("server does not honour ranges")
)

// A StatusError is an HTTP answer that delivers no bytes.
type StatusError struct {
	Status int    // HTTP status code
	Code   string // the error code that S3 names in the body, or ""
}

func (e *StatusError) Error() string {
	s := fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))
	if e.Code != "" {
		s += " (" + e.Code + ")"
	}
	return s
}

// Transient reports whether the same request may succeed later.
func (e *StatusError) Transient() bool {
	switch e.Status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return e.Status >= http.StatusInternalServerError && e.Status != http.StatusNotImplemented
}

// permanentError marks an error that asking again won't cure.
type permanentError struct{ err error }

func (e *permanentError) Error() string { return e.err.Error() }
func (e *permanentError) Unwrap() error { return e.err }

// Permanent marks err as one that asking again won't cure: a [Reader] gives up at once.
// Permanent(nil) is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err}
}

// IsPermanent reports whether err was marked by [Permanent].
func IsPermanent(err error) bool {
	var p *permanentError
	return errors.As(err, &p)
}

// A rangeError says which bytes could not be had.
type rangeError struct {
	off, end int64
	attempts int
	err      error
}

func (e *rangeError) Error() string {
	s := fmt.Sprintf("reading bytes %d-%d", e.off, e.end-1)
	if e.attempts > 1 {
		s += fmt.Sprintf(" (%d attempts)", e.attempts)
	}
	return s + ": " + e.err.Error()
}

func (e *rangeError) Unwrap() error { return e.err }

// Transient reports whether another attempt, at a later time, may deliver the range: unless its cause says
// otherwise, it may where the cause is not marked by [Permanent].
func (e *rangeError) Transient() bool {
	if helps, said := transient.Says(e.err); said {
		return helps
	}
	return !IsPermanent(e.err)
}

// short turns the end of a body before the end of its range into an error.
func short(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
