// Package answer says what a registry answered: the refusals, what they tell about another try, and the memory in
// which answers are read.
package answer

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/transient"
)

// ErrNotFound says that a registry has no such manifest, blob or repository.
var ErrNotFound = errors.New("not found")

// ErrOtherRange says that a range of a blob was asked for, and that another one came, by the answer's
// own word. That is tried again with the range; who does it always does it at another time, too.
var ErrOtherRange = transient.Final("another range than was asked for")

// A StatusError is an answer of a registry, or of its token server, that is no success.
type StatusError struct {
	Status  int    // HTTP status code
	Code    string // of the protocol, such as "MANIFEST_UNKNOWN", or ""
	Message string // what the registry says about it, shortened, or ""
	// RetryAfter is how long the registry wants to be left alone; 0 if it does not say.
	RetryAfter time.Duration
	// Login says of a 401 or 403 which login was refused, or that there was none; "" if none was asked for.
	Login string

	Token bool // it is the token server's, which knows nothing about images
}

func (e *StatusError) Error() string {
	s := fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))
	switch {
	case e.isUnexpected():
		s += ", which is not how a registry answers that"
	case e.IsLimit():
		s = "rate limit: " + s
	case e.Login != "":
		s = e.Login + ": " + s
	}
	switch {
	case e.Code != "" && e.Message != "":
		s += fmt.Sprintf(" (%s: %s)", e.Code, e.Message)
	case e.Code != "":
		s += " (" + e.Code + ")"
	case e.Status == http.StatusUnauthorized: // to a HEAD nothing more is said
		s += " (authentication required)"
	}
	return s
}

// isUnexpected reports whether the answer is a success, and not of what was asked for.
func (e *StatusError) isUnexpected() bool { return e.Status >= 200 && e.Status <= 299 }

// IsDenied reports whether the answer is about who we are.
func (e *StatusError) IsDenied() bool {
	return e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden
}

// IsLimit reports whether there were too many requests.
func (e *StatusError) IsLimit() bool {
	return e.Status == http.StatusTooManyRequests || e.Code == "TOOMANYREQUESTS"
}

// Is makes errors.Is(err, [ErrNotFound]) true where that is what the answer says.
func (e *StatusError) Is(target error) bool {
	return errors.Is(target, ErrNotFound) && !e.Token &&
		(e.Status == http.StatusNotFound || e.Code == "MANIFEST_UNKNOWN" || e.Code == "NAME_UNKNOWN")
}

// Unwrap returns the error by which package chunked knows that it is to ask for less at a time.
func (e *StatusError) Unwrap() error { return &chunked.StatusError{Status: e.Status} }

// Transient reports whether the same request may succeed later. What answers in the registry's place,
// such as a check of its health, soon gives way to it.
func (e *StatusError) Transient() bool {
	return TransientStatus(e.Status) || e.IsLimit() || e.isUnexpected()
}

// TransientStatus reports whether an answer with a status may be another later.
func TransientStatus(status int) bool { return (&chunked.StatusError{Status: status}).Transient() }
