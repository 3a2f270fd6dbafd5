package answer

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"ecrmirror/internal/printable"
)

const (
	maxRefusal = 16 << 10 // bytes of an unwanted answer that are read
	maxMessage = 200      // bytes of its message that are kept
	// maxLinger is how long the body of an unwanted answer may take.
	maxLinger = 10 * time.Second
)

// Discard closes an answer whose body is not wanted. A short one is read, so that the connection can
// be used again.
func Discard(resp *http.Response) {
	defer resp.Body.Close()
	defer LimitTime(resp)()
	_, _ = io.CopyN(io.Discard, resp.Body, maxRefusal) // nothing depends on it
}

// LimitTime ends the reading of an unwanted answer that takes more than 10 seconds, until stop is called.
func LimitTime(resp *http.Response) (stop func()) {
	timer := time.AfterFunc(maxLinger, func() { resp.Body.Close() })
	return func() { timer.Stop() }
}

// Refusal reads and closes an answer that is no success.
func Refusal(resp *http.Response) *StatusError {
	defer Discard(resp)
	defer LimitTime(resp)()
	e := &StatusError{Status: resp.StatusCode, RetryAfter: RetryAfter(resp.Header)}
	var body struct {
		Errors []struct{ Code, Message string }
	}
	if json.NewDecoder(io.LimitReader(resp.Body, maxRefusal)).Decode(&body) == nil && len(body.Errors) > 0 {
		e.Code, e.Message = Short(body.Errors[0].Code), Short(body.Errors[0].Message)
	}
	return e
}

// Short is what is kept of what a stranger says: printable, and 200 bytes at most.
func Short(s string) string { return printable.Short(s, maxMessage) }

// RetryAfter returns how long an answer's headers want the registry to be left alone, 0 if they do not say.
// Dates in them are by the clock of who gave the answer, or by our own where that does not say the time.
func RetryAfter(h http.Header) time.Duration {
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return retryAfter(h.Get("Retry-After"), now)
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
