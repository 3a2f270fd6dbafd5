package wire

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"ecrmirror/internal/registryclient/answer"
)

// A scheme is how a registry is spoken to: "https", or, if it is insecure, what it turns out to
// speak.
type scheme struct {
	known *atomic.Pointer[string]
	turn  Turn // at finding out
}

func newScheme(insecure bool) scheme {
	s := scheme{known: new(atomic.Pointer[string]), turn: NewTurn()}
	if !insecure {
		s.is("https")
	}
	return s
}

// String returns the scheme, or "" if it is not known yet.
func (s scheme) String() string {
	if known := s.known.Load(); known != nil {
		return *known
	}
	return ""
}

func (s scheme) is(known string) { s.known.Store(&known) }

// send makes a request without a scheme by the registry's. The first request finds out which that is
// while others wait; if it has a body it has GetBody, too.
func (s scheme) send(client http.RoundTripper, req *http.Request) (*http.Response, error) {
	if s.String() == "" {
		if err := s.turn.Take(req.Context()); err != nil {
			return nil, err
		}
		release := sync.OnceFunc(s.turn.Release)
		defer release()
		if s.String() == "" {
			return s.find(client, req, release)
		}
		release()
	}
	return by(s.String(), client, req)
}

func by(scheme string, client http.RoundTripper, req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Scheme = scheme
	if req.GetBody != nil {
		var err error
		if req.Body, err = req.GetBody(); err != nil {
			return nil, err
		}
	}
	return client.RoundTrip(req)
}

// find tries HTTPS, then plain HTTP. Found is called where it is known that the registry speaks that before it has
// answered the request.
func (s scheme) find(client http.RoundTripper, req *http.Request, found func()) (*http.Response, error) {
	resp, err := by("https", client, req)
	if err == nil {
		s.is("https")
		return resp, nil
	}
	if req.Context().Err() != nil {
		return nil, err
	}
	plain := answeredByHTTP(err)
	if plain {
		s.is("http")
		found()
	}
	resp, plainErr := by("http", client, req)
	switch {
	case plainErr != nil && plain:
		return nil, plainErr
	case plainErr != nil:
		return nil, fmt.Errorf("%w; by plain HTTP: %w", err, plainErr)
	case !plain && (IsRedirect(resp) || resp.StatusCode == http.StatusBadRequest):
		// It only says that it wants HTTPS, which does not work now.
		answer.Discard(resp)
		return nil, err
	}
	s.is("http")
	return resp, nil
}

// answeredByHTTP reports whether a server answered a TLS handshake as a plain HTTP server does.
func answeredByHTTP(err error) bool {
	var record tls.RecordHeaderError
	return errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/"
}
