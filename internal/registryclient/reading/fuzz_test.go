package reading

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

func responseWith(status int, name, value string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{name: {value}}, Body: io.NopCloser(strings.NewReader("")),
	}
}

// FuzzContentRange takes answers that are the span that was asked for, and no others.
func FuzzContentRange(f *testing.F) {
	for _, seed := range []string{
		"bytes 0-9/100", "bytes 0-9/*", "bytes */100", "bytes 00-09/0100",
		"bytes 0-9/999999999999999999", "bytes 5-9/10",
	} {
		f.Add(seed, http.StatusPartialContent, int64(10), int64(0), int64(10), int64(100))
		f.Add(seed, http.StatusPartialContent, int64(-1), int64(0), int64(10), int64(-1))
		f.Add(seed, http.StatusOK, int64(10), int64(5), int64(5), int64(10))
	}
	f.Fuzz(func(t *testing.T, header string, status int, length, off, n, size int64) {
		if status < 200 || status >= 300 || off < 0 || n <= 0 || off > 1<<60 || n > 1<<60 || size >= 0 && off+n > size {
			return // nobody asks for that
		}
		s := span{off: off, n: n, size: size}
		resp := responseWith(status, "Content-Range", header)
		resp.ContentLength = length
		a, err := s.partOf(resp)
		if err != nil {
			return
		}
		// With a known size the answer is of that; the bytes are those asked for, or all.
		if a.size < 0 || size >= 0 && a.size != size ||
			a.Whole != (status != http.StatusPartialContent && status != http.StatusNoContent) || a.Whole &&
			length >= 0 && length != a.size {
			t.Errorf("%+v, %d %q of %d bytes: %+v", s, status, header, length, a)
		}
		if !a.Whole && (s.all() || off >= a.size || length >= 0 && length != min(n, a.size-off)) {
			t.Errorf("%+v, %d %q of %d bytes: %+v", s, status, header, length, a)
		}
	})
}

func checkText(t *testing.T, err error) {
	t.Helper()
	if text := err.Error(); len(text) > 4*200+len("registry.example")*4 || strings.ContainsFunc(text,
		func(r rune) bool { return !strconv.IsPrint(r) }) {
		t.Errorf("error %q", text)
	}
}

// FuzzRefusalAway reads the errors of object stores, of which the code alone is kept.
func FuzzRefusalAway(f *testing.F) {
	for _, seed := range []string{
		`<Error><Code>ExpiredToken</Code></Error>`, `<Code>a b</Code>`, "<Code>\x1b[2J</Code>",
		`{"errors":[{"code":"TOOMANYREQUESTS"}]}`, ``,
	} {
		f.Add(seed, 403)
	}
	f.Fuzz(func(t *testing.T, body string, status int) {
		resp := responseWith(status, "Retry-After", "7")
		resp.Body = io.NopCloser(strings.NewReader(body))
		checkText(t, awayRefusal(resp))
	})
}
