package lambdaruntime_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/lambdaruntime"
)

// A program speaks to the runtime API as a test wants it to.
type program struct {
	t       *testing.T
	runtime *lambdaruntime.Runtime
	url     string
}

func start(t *testing.T, opts lambdaruntime.Options) program {
	t.Helper()
	r := lambdaruntime.New(opts)
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	return program{t, r, s.URL}
}

// send makes a request and returns the status, the header and the body.
func (p program) send(method, path, body string, header ...string) (int, http.Header, string) {
	p.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, reader)
	if err != nil {
		p.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(answer)
}

type answer struct {
	payload string
	err     error
}

// invoke invokes the program and returns where the answer will be.
func (p program) invoke(payload string) <-chan answer {
	answers := make(chan answer, 1)
	go func() {
		out, err := p.runtime.Invoke(p.t.Context(), []byte(payload))
		answers <- answer{string(out), err}
	}()
	return answers
}

const (
	invocations = "/2018-06-01/runtime/invocation/"
	first       = "00000001-0000-4000-8000-000000000000"
	second      = "00000002-0000-4000-8000-000000000000"
	wrong       = `{"errorType":"Wrong","errorMessage":"went wrong"}`
)

func TestInvocationsGoThroughTheProgramInTurn(t *testing.T) {
	p := start(t, lambdaruntime.Options{Timeout: time.Hour})
	got := p.invoke("one")
	status, header, body := p.send("GET", invocations+"next", "")
	if status != http.StatusOK || body != "one" || header.Get("Lambda-Runtime-Aws-Request-Id") != first ||
		header.Get("Lambda-Runtime-Invoked-Function-Arn") == "" || header.Get("Lambda-Runtime-Trace-Id") == "" {
		t.Errorf("%d %v %q", status, header, body)
	}
	ms, err := strconv.ParseInt(header.Get("Lambda-Runtime-Deadline-Ms"), 10, 64)
	if left := time.Until(time.UnixMilli(ms)); err != nil || left > time.Hour || left < 50*time.Minute {
		t.Errorf("%v are left, %v", left, err)
	}
	if status, _, _ := p.send("POST", invocations+first+"/response", `"done"`); status != http.StatusAccepted {
		t.Errorf("response: %d", status)
	}
	if a := <-got; a != (answer{`"done"`, nil}) {
		t.Errorf("got %v", a)
	}

	got = p.invoke("two")
	if _, header, _ := p.send("GET", invocations+"next", ""); header.Get("Lambda-Runtime-Aws-Request-Id") != second {
		t.Errorf("second: %v", header)
	}
	if status, _, _ := p.send("POST", invocations+second+"/error", wrong, "Content-Type",
		"application/json"); status != http.StatusAccepted {
		t.Errorf("error: %d", status)
	}
	var failure *lambdaruntime.FunctionError
	if a := <-got; !errors.As(a.err, &failure) ||
		*failure != (lambdaruntime.FunctionError{Type: "Wrong", Message: "went wrong"}) {
		t.Errorf("got %v", a)
	}
	if v := p.runtime.Violations(); v != nil {
		t.Errorf("violations %q", v)
	}
}

func TestWhatIsOutOfTurnOrMalformedIsRefusedAndKept(t *testing.T) {
	p := start(t, lambdaruntime.Options{})
	got := p.invoke("one")
	refused := func(want int, method, path, body string, header ...string) {
		t.Helper()
		if status, _, answer := p.send(method, path, body, header...); status != want ||
			!strings.Contains(answer, "errorType") {
			t.Errorf("%s %s: %d %s, want %d", method, path, status, answer, want)
		}
	}
	refused(404, "PUT", invocations+"next", "")
	refused(404, "GET", "/2018-06-01/runtime/other", "")
	refused(400, "GET", invocations+"next", "body")
	refused(400, "POST", invocations+first+"/response", "early")
	p.send("GET", invocations+"next", "")
	refused(403, "GET", invocations+"next", "")
	refused(400, "POST", invocations+second+"/response", "other")
	refused(400, "POST", invocations+first+"/error", "text", "Content-Type", "application/json")
	refused(400, "POST", invocations+first+"/error", wrong, "Content-Type", "text/plain")
	refused(400, "POST", invocations+first+"/error", `{"errorMessage":"of no type"}`, "Content-Type",
		"application/json")
	refused(413, "POST", invocations+first+"/response", strings.Repeat("x", 6<<20+1))
	refused(403, "POST", "/2018-06-01/runtime/init/error", wrong, "Content-Type", "application/json")
	refused(403, "POST", "/2020-01-01/extension/register", `{"events":null}`, "Lambda-Extension-Name", "late")
	p.send("POST", invocations+first+"/response", "done")
	refused(403, "POST", invocations+first+"/response", "again")
	if a := <-got; a != (answer{"done", nil}) {
		t.Errorf("got %v", a)
	}
	if v := p.runtime.Violations(); len(v) != 13 {
		t.Errorf("%d violations: %q", len(v), v)
	}
}

func TestAProgramThatCannotStartSaysSo(t *testing.T) {
	p := start(t, lambdaruntime.Options{})
	status, _, _ := p.send("POST", "/2018-06-01/runtime/init/error", wrong, "Content-Type", "application/json",
		"Lambda-Runtime-Function-Error-Type", "Runtime.Wrong")
	want := &lambdaruntime.FunctionError{Type: "Wrong", Message: "went wrong", HeaderType: "Runtime.Wrong"}
	if diff := cmp.Diff(want, p.runtime.InitError(t.Context())); diff != "" || status != http.StatusAccepted {
		t.Errorf("%d (-want +got)\n%s", status, diff)
	}
	if status, _, _ := p.send("GET", invocations+"next", ""); status != http.StatusForbidden {
		t.Errorf("next after it: %d", status)
	}
}

func TestAnExtensionWaitsForTheEnd(t *testing.T) {
	p := start(t, lambdaruntime.Options{})
	for _, c := range []struct {
		status             int
		method, path, body string
		header             []string
	}{
		{400, "POST", "register", `{"events":null}`, nil},
		{400, "POST", "register", `events`, []string{"Lambda-Extension-Name", "e"}},
		{403, "POST", "register", `{"events":["INVOKE"]}`, []string{"Lambda-Extension-Name", "e"}},
		{403, "GET", "event/next", "", []string{"Lambda-Extension-Identifier", "unknown"}},
		{200, "POST", "register", `{"events":null}`, []string{"Lambda-Extension-Name", "e"}},
	} {
		if status, _, body := p.send(c.method, "/2020-01-01/extension/"+c.path,
			c.body, c.header...); status != c.status {
			t.Errorf("%s %s: %d %s, want %d", c.method, c.path, status, body, c.status)
		}
	}
	if diff := cmp.Diff([]string{"e"}, p.runtime.Extensions()); diff != "" {
		t.Error(diff)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/2020-01-01/extension/event/next", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Lambda-Extension-Identifier", "00000001-0000-4000-9000-000000000000")
	if resp, err := http.DefaultClient.Do(req); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("an event came: %v, %v", resp, err)
	}
}

func TestAnInvocationEndsWithoutAnAnswer(t *testing.T) {
	p := start(t, lambdaruntime.Options{Timeout: 10 * time.Millisecond})
	got := p.invoke("one")
	p.send("GET", invocations+"next", "")
	if a := <-got; !errors.Is(a.err, lambdaruntime.ErrTimeout) {
		t.Errorf("got %v", a)
	}
	if status, _, _ := p.send("POST", invocations+first+"/response", "late"); status != http.StatusBadRequest {
		t.Errorf("a late answer: %d", status)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	cancel(cause)
	if _, err := p.runtime.Invoke(ctx, nil); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	if e := p.runtime.InitError(ctx); e != nil {
		t.Errorf("got %v", e)
	}
}
