package reading

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/wire"
)

// A span is bytes [off, off+n) of a blob of size bytes, or of unknown size, which is -1: then the
// blob may end before the span does.
type span struct{ off, n, size int64 }

// all reports whether that is all of the blob, which needs no range.
func (s span) all() bool { return s.off == 0 && s.n == s.size }

func (s span) header() http.Header {
	if s.all() {
		return http.Header{}
	}
	return http.Header{"Range": {fmt.Sprintf("bytes=%d-%d", s.off, s.off+s.n-1)}}
}

// A part is a span of a blob on its way.
type part struct {
	chunked.Body
	size int64 // of the blob
}

// partOf checks what a successful answer claims to be. One that is wrong is closed.
func (s span) partOf(resp *http.Response) (part, error) {
	size, length, err := s.check(resp)
	if err == nil && resp.ContentLength >= 0 && resp.ContentLength != length {
		err = fmt.Errorf("Content-Length %d, want %d", resp.ContentLength, length)
		if isWhole(resp) {
			err = fmt.Errorf("the blob has %d bytes there, and not the %d of its descriptor",
				resp.ContentLength, s.size)
		}
	}
	if err != nil {
		resp.Body.Close()
		return part{}, err
	}
	return part{chunked.Body{ReadCloser: &body{resp.Body}, Whole: isWhole(resp)}, size}, nil
}

// isWhole reports whether a successful answer has all of the blob: all do but those that say otherwise.
func isWhole(resp *http.Response) bool {
	return resp.StatusCode != http.StatusPartialContent && resp.StatusCode != http.StatusNoContent
}

// check returns the size of the blob and of the body, by the answer's headers.
func (s span) check(resp *http.Response) (size, length int64, err error) {
	switch {
	case isWhole(resp) && s.size >= 0:
		return s.size, s.size, nil
	case isWhole(resp) && resp.ContentLength >= 0:
		return resp.ContentLength, resp.ContentLength, nil
	case resp.StatusCode == http.StatusPartialContent && !s.all():
		return s.checkRange(resp.Header.Get("Content-Range"))
	case isWhole(resp):
		return 0, 0, errors.New("the answer does not tell the blob's size")
	}
	return 0, 0, &answer.StatusError{Status: resp.StatusCode}
}

var contentRange = regexp.MustCompile(`^bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)$`)

func (s span) checkRange(header string) (size, length int64, err error) {
	m := contentRange.FindStringSubmatch(header)
	if m == nil {
		return 0, 0, fmt.Errorf("%w: 206 with Content-Range %q", answer.ErrOtherRange, header)
	}
	first, last, size := number(m[1]), number(m[2]), s.size
	if m[3] != "*" {
		size = number(m[3])
	}
	end := s.off + s.n
	if s.size < 0 {
		end = min(end, size)
	}
	switch {
	case size < 0:
		return 0, 0, errors.New("the answer does not tell the blob's size")
	case s.size >= 0 && size != s.size:
		return 0, 0, fmt.Errorf("blob has %d bytes, want %d", size, s.size)
	case first != s.off || last != end-1:
		return 0, 0, fmt.Errorf("%w: 206 with Content-Range %q, want bytes %d-%d", answer.ErrOtherRange,
			header, s.off, end-1)
	}
	return size, last - first + 1, nil
}

// number is for digits that fit.
func number(digits string) int64 {
	n, _ := strconv.ParseInt(digits, 10, 64)
	return n
}

// refused reads and closes an answer that is no success.
func (s *search) refused(resp *http.Response, want span) error {
	if want.size < 0 && resp.StatusCode == http.StatusRequestedRangeNotSatisfiable &&
		resp.Header.Get("Content-Range") == "bytes */0" {
		resp.Body.Close()
		return errEmpty
	}
	if access := s.repository.AccessTo(s.at); s.at.Home || access.Asked() { // a registry, too
		return failedAt(s.at, access.Refusal(resp))
	}
	return failedAt(s.at, awayRefusal(resp))
}

func failedAt(at *wire.Place, err error) error { return fmt.Errorf("GET %s: %w", at.URL.Host, err) }

// errEmpty says that a blob of unknown size has no bytes.
var errEmpty = errors.New("blob is empty")

// s3Code matches the error code in a refusal of S3. Nothing else of it is kept, for it may quote
// the signature.
var s3Code = regexp.MustCompile(`<Code>([A-Za-z0-9.]{1,64})</Code>`)

func awayRefusal(resp *http.Response) *chunked.StatusError {
	defer answer.Discard(resp)
	defer answer.LimitTime(resp)()
	e := &chunked.StatusError{Status: resp.StatusCode}
	text, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if m := s3Code.FindSubmatch(text); err == nil && m != nil {
		e.Code = string(m[1])
	}
	return e
}

// isExpired reports whether the place of the blob may have another URL by now. S3 answers 403 to
// an expired signature, and 400 to one by credentials that expired.
func isExpired(err error) bool {
	var away *chunked.StatusError
	if !errors.As(err, &away) {
		return false
	}
	return away.Status == http.StatusForbidden ||
		away.Status == http.StatusBadRequest && strings.HasPrefix(away.Code, "ExpiredToken")
}

// A body tells its failures from others.
type body struct{ io.ReadCloser }

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = answer.Network(err)
	}
	return n, err
}

// onlyBody is all of a blob where ranges are not to be had. While it is open, nobody else asks.
type onlyBody struct {
	io.ReadCloser
	release func()
}

func (b *onlyBody) Close() error {
	defer b.release()
	return b.ReadCloser.Close()
}
