package answer

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

func checkText(t *testing.T, err error) {
	t.Helper()
	if text := err.Error(); len(text) > 4*maxMessage+len("registry.example")*4 || strings.ContainsFunc(text,
		func(r rune) bool { return !strconv.IsPrint(r) }) {
		t.Errorf("error %q", text)
	}
}

// FuzzRefusal reads the errors of registries, of which little is kept, and nothing for a terminal.
func FuzzRefusal(f *testing.F) {
	for _, seed := range []string{
		`{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}`, `{"errors":[{"code":1}]}`,
		"{\"errors\":[{\"message\":\"\\u001b[2J\"}]}", `<Error><Code>ExpiredToken</Code></Error>`, `{"errors":[]}`,
	} {
		f.Add(seed, 429, "7")
		f.Add(seed, 403, "")
	}
	f.Fuzz(func(t *testing.T, body string, status int, after string) {
		refused := func() *http.Response {
			resp := responseWith(status, "Retry-After", after)
			resp.Body = io.NopCloser(strings.NewReader(body))
			return resp
		}
		e := Refusal(refused())
		checkText(t, e)
		if e.RetryAfter < 0 {
			t.Errorf("%v", e.RetryAfter)
		}
	})
}
