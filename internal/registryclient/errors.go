package registryclient

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/fence"
	"ecrmirror/internal/printable"
)

// ErrNotFound says that a registry has no such manifest, blob or repository.
var ErrNotFound = errors.New("not found")

// ErrOtherRange says that a range of a blob was asked for, and that another one came, by the answer's
// own word. That is tried again with the range; who does it always does it at another time, too.
var ErrOtherRange = errors.New("another range than was asked for")

// A StatusError is an answer of a registry, or of its token server, that is no success.
type StatusError struct {
	Status  int    // HTTP status code
	Code    string // of the protocol, such as "MANIFEST_UNKNOWN", or ""
	Message string // what the registry says about it, shortened, or ""
	// RetryAfter is how long the registry wants to be left alone; 0 if it does not say.
	RetryAfter time.Duration
	// Login says of a 401 or 403 which login was refused, or that there was none; "" if none was asked for.
	Login string

	token bool // it is the token server's, which knows nothing about images
}

func (e *StatusError) Error() string {
	s := fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))
	switch {
	case e.isUnexpected():
		s += ", which is not how a registry answers that"
	case e.isLimit():
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

// isDenied reports whether the answer is about who we are.
func (e *StatusError) isDenied() bool {
	return e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden
}

// isLimit reports whether there were too many requests.
func (e *StatusError) isLimit() bool {
	return e.Status == http.StatusTooManyRequests || e.Code == "TOOMANYREQUESTS"
}

// Is makes errors.Is(err, [ErrNotFound]) true where that is what the answer says.
func (e *StatusError) Is(target error) bool {
	return errors.Is(target, ErrNotFound) && !e.token &&
		(e.Status == http.StatusNotFound || e.Code == "MANIFEST_UNKNOWN" || e.Code == "NAME_UNKNOWN")
}

// Unwrap returns the error by which package chunked knows that it is to ask for less at a time.
func (e *StatusError) Unwrap() error { return &chunked.StatusError{Status: e.Status} }

// Temporary reports whether the same request may succeed later. What answers in the registry's place,
// such as a check of its health, soon gives way to it.
func (e *StatusError) Temporary() bool {
	return temporaryStatus(e.Status) || e.isLimit() || e.isUnexpected()
}

func temporaryStatus(status int) bool { return (&chunked.StatusError{Status: status}).Temporary() }

const (
	maxRefusal = 16 << 10 // bytes of an unwanted answer that are read
	maxMessage = 200      // bytes of its message that are kept
	// maxLinger is how long the body of an unwanted answer may take.
	maxLinger = 10 * time.Second
)

// discard closes an answer whose body is not wanted. A short one is read, so that the connection can
// be used again.
func discard(resp *http.Response) {
	defer resp.Body.Close()
	defer limitTime(resp)()
	_, _ = io.CopyN(io.Discard, resp.Body, maxRefusal) // nothing depends on it
}

// limitTime ends the reading of an unwanted answer that takes too long, until stop is called.
func limitTime(resp *http.Response) (stop func()) {
	timer := time.AfterFunc(maxLinger, func() { resp.Body.Close() })
	return func() { timer.Stop() }
}

// refusal reads and closes an answer that is no success.
func refusal(resp *http.Response) *StatusError {
	defer discard(resp)
	defer limitTime(resp)()
	e := &StatusError{Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header.Get("Retry-After"), answeredAt(resp.Header))}
	var body struct {
		Errors []struct{ Code, Message string }
	}
	if json.NewDecoder(io.LimitReader(resp.Body, maxRefusal)).Decode(&body) == nil && len(body.Errors) > 0 {
		e.Code, e.Message = short(body.Errors[0].Code), short(body.Errors[0].Message)
	}
	return e
}

// absurd are the texts of net/http's errors about more than maxHeader bytes of headers, which can't be
// told by their types: HTTP/1.1's, and HTTP/2's for many headers and for long ones.
var absurd = []string{"server response headers exceeded", "response header list larger than", "connection error: COMPRESSION_ERROR"}

func isAbsurd(err error) bool {
	text := err.Error()
	return slices.ContainsFunc(absurd, func(s string) bool { return strings.Contains(text, s) })
}

// short is what is kept of what a stranger says.
func short(s string) string { return printable.Short(s, maxMessage) }

// answeredAt returns the time of an answer by the clock of who gave it, for dates in it are by that; by
// our own where it does not say.
func answeredAt(h http.Header) time.Time {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		return date
	}
	return time.Now()
}

// retryAfter reads the header, which is a number of seconds or a date.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(header); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}

// A networkError is a request that got no answer, or not all of one.
type networkError struct{ err error }

func (e *networkError) Error() string { return e.err.Error() }
func (e *networkError) Unwrap() error { return e.err }

// Temporary reports whether what failed with err may succeed soon: the registry said so, or the
// network failed on the way. Where nobody listens or nobody is known, that is for the caller to
// judge; it is not so here.
func Temporary(err error) bool { return temporary(err) }

// temporary reports whether another attempt may succeed soon: the server said so, or the network
// failed. A host that does not exist, that nobody listens at or that is not who it should be stays
// so.
func temporary(err error) bool {
	var (
		status      *StatusError
		away        *chunked.StatusError // of where the registry sends to
		network     *networkError
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		dns         *net.DNSError
		place       *fence.PlaceError
		soon        *notYetError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return false
	case errors.As(err, &soon):
		return true
	case errors.As(err, &status):
		return status.Temporary()
	case errors.As(err, &place), isAbsurd(err):
		return false
	case errors.As(err, &away):
		return away.Temporary()
	case !errors.As(err, &network), errors.As(err, &certificate), errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch), errors.Is(err, syscall.ECONNREFUSED):
		return false
	case errors.As(err, &dns):
		return !dns.IsNotFound
	}
	return true
}
