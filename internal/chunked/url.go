package chunked

import (
	"context"
	"errors"
	"net/url"
	"regexp"
)

// A urlSource remembers a URL until it expires, and asks for the next one once however many
// requests find out.
type urlSource struct {
	next func(context.Context) (string, error)
	turn chan struct{} // holds one token: the right to use url
	url  string
}

func newURLSource(next func(context.Context) (string, error)) *urlSource {
	return &urlSource{next: next, turn: make(chan struct{}, 1)}
}

// current returns the URL in use.
func (u *urlSource) current(ctx context.Context) (string, error) {
	select {
	case u.turn <- struct{}{}:
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	defer func() { <-u.turn }()
	if u.url != "" {
		return u.url, nil
	}
	var err error
	u.url, err = u.next(ctx)
	return u.url, err
}

// expire forgets a URL, unless there is a newer one already.
func (u *urlSource) expire(url string) {
	u.turn <- struct{}{}
	defer func() { <-u.turn }()
	if u.url == url {
		u.url = ""
	}
}

// query matches what may be the query of a URL in an error's text.
var query = regexp.MustCompile(`\?[^\s"']+`)

// A redactedError hides the queries of URLs in its text.
type redactedError struct{ err error }

func (e *redactedError) Error() string { return query.ReplaceAllString(e.err.Error(), "?REDACTED") }
func (e *redactedError) Unwrap() error { return e.err }

// redact takes the URL off an error of net/http.
func redact(err error) error {
	for {
		var e *url.Error
		if !errors.As(err, &e) {
			return &redactedError{err}
		}
		err = e.Err
	}
}
