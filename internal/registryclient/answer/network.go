package answer

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/fence"
	"ecrmirror/internal/transient"
)

// A NetworkError is of a request that got no answer, or not all of one.
type NetworkError struct{ Err error }

func (e *NetworkError) Error() string { return e.Err.Error() }

// Transient reports whether the network may do better at a later time. Its cause may say otherwise.
func (e *NetworkError) Transient() bool {
	if helps, said := transient.Says(e.Err); said {
		return helps
	}
	return true
}

// Unwrap returns the cause.
func (e *NetworkError) Unwrap() error { return e.Err }

// A HeadersError is of an answer whose headers are longer than a registry's ever are.
type HeadersError struct{ Err error }

func (e *HeadersError) Error() string { return e.Err.Error() }

// Transient returns false.
func (e *HeadersError) Transient() bool { return false }

// Unwrap returns net/http's error.
func (e *HeadersError) Unwrap() error { return e.Err }

// Network returns err, with which net/http ended a request or the reading of an answer, as a [*NetworkError], or as
// a [*HeadersError] where that is what it says. net/http has no type for it.
func Network(err error) error {
	text := err.Error()
	if slices.ContainsFunc(headersTexts, func(s string) bool { return strings.Contains(text, s) }) {
		return &HeadersError{err}
	}
	return &NetworkError{err}
}

// headersTexts are parts of the texts of net/http's errors about more headers than the transport's
// MaxResponseHeaderBytes (Go 1.26.8): HTTP/1.1's (net/http/transport.go:2353), and HTTP/2's for many headers
// (h2_bundle.go:10377) and for long ones (h2_bundle.go:1364, the code that decoding them ends with).
var headersTexts = []string{
	"server response headers exceeded", "response header list larger than", "connection error: COMPRESSION_ERROR",
}

// Soon reports whether another attempt may succeed soon: the server said so, or the network
// failed. A host that does not exist, that nobody listens at or that is not who it should be stays
// so.
func Soon(err error) bool {
	var (
		status      *StatusError
		away        *chunked.StatusError // of where the registry sends to
		network     *NetworkError
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		dns         *net.DNSError
		place       *fence.PlaceError
		headers     *HeadersError
		soon        *NotYetError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return false
	case errors.As(err, &soon):
		return true
	case errors.As(err, &status):
		return status.Transient()
	case errors.As(err, &place), errors.As(err, &headers):
		return false
	case errors.As(err, &away):
		return away.Transient()
	case !errors.As(err, &network),
		errors.As(err, &certificate),
		errors.As(err, &record),
		errors.Is(err, http.ErrSchemeMismatch),
		errors.Is(err, syscall.ECONNREFUSED):
		return false
	case errors.As(err, &dns):
		return !dns.IsNotFound
	}
	return true
}

// A NotYetError is the refusal of what refers to something that was stored a moment ago.
type NotYetError struct{ Err error }

func (e *NotYetError) Error() string { return e.Err.Error() }

// Transient returns true.
func (e *NotYetError) Transient() bool { return true }

// Unwrap returns the refusal.
func (e *NotYetError) Unwrap() error { return e.Err }
