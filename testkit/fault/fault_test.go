package fault_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ecrmirror/testkit/fault"
)

// world is a server that answers "0123456789" and counts what takes effect.
type world struct {
	t       *testing.T
	url     string
	faults  fault.Injector
	effects atomic.Int64
}

func newWorld(t *testing.T) *world {
	w := &world{t: t}
	next := http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		w.effects.Add(1)
		rw.Header().Set("Content-Length", "10")
		_, _ = io.WriteString(rw, "0123456789")
	})
	name := func(r *http.Request) string { return strings.TrimPrefix(r.URL.Path, "/") }
	server := httptest.NewServer(w.faults.Wrap(next, name))
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// call returns the status, 0 if there was none, what was read of the body, and the error.
func (w *world) call(operation string) (int, string, error) {
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/"+operation, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

func TestKinds(t *testing.T) {
	for _, c := range []struct {
		name      string
		rule      fault.Rule
		operation string
		status    int
		body      string // held in it
		broken    bool   // the connection
		effects   int64
	}{
		{
			"throttled call to AWS",
			fault.Rule{Kind: fault.Throttle},
			"ecr.PutImage", 400,
			`"__type":"ThrottlingException"`, false, 0,
		},
		{
			"throttled as ECR documents",
			fault.Rule{Kind: fault.Throttle, Code: "ThrottleException", Status: 429},
			"ecr.PutImage", 429, `"__type":"ThrottleException"`, false, 0,
		},
		{"throttled object", fault.Rule{Kind: fault.Throttle}, "s3.GetObject", 503, "<Code>SlowDown</Code>", false, 0},
		{"throttled registry", fault.Rule{Kind: fault.Throttle}, "v2.GET blob", 429, "TOOMANYREQUESTS", false, 0},
		{"failed call to AWS", fault.Rule{Kind: fault.Fail}, "ecr.PutImage", 500, "ServerException", false, 0},
		{"failed object", fault.Rule{Kind: fault.Fail}, "s3.GetObject", 500, "<Code>InternalError</Code>", false, 0},
		{"failed registry", fault.Rule{Kind: fault.Fail}, "v2.GET blob", 500, "UNKNOWN", false, 0},
		{"expired URL", fault.Rule{Kind: fault.Expire}, "s3.GetObject", 403, "Request has expired", false, 0},
		{"reset", fault.Rule{Kind: fault.Reset}, "ecr.PutImage", 0, "", true, 0},
		{"lost reply", fault.Rule{Kind: fault.Lose}, "ecr.PutImage", 0, "", true, 1},
		{"cut in half", fault.Rule{Kind: fault.Cut}, "s3.GetObject", 200, "01234", true, 1},
		{"cut after a byte", fault.Rule{Kind: fault.Cut, After: 1}, "s3.GetObject", 200, "0", true, 1},
		{"short", fault.Rule{Kind: fault.Short}, "s3.GetObject", 200, "01234", false, 1},
		{"a bit is wrong", fault.Rule{Kind: fault.Corrupt, After: 2}, "s3.GetObject", 200, "0133456789", false, 1},
		{
			"stalled for a while",
			fault.Rule{Kind: fault.Stall, Delay: time.Millisecond},
			"s3.GetObject", 200,
			"0123456789", false, 1,
		},
		{"denied call to AWS", fault.Rule{Kind: fault.Deny}, "ecr.PutImage", 400, "AccessDeniedException", false, 0},
		{"denied object", fault.Rule{Kind: fault.Deny}, "s3.GetObject", 403, "AccessDenied", false, 0},
		{"denied registry", fault.Rule{Kind: fault.Deny}, "v2.GET blob", 403, "DENIED", false, 0},
		{"failed otherwise", fault.Rule{Kind: fault.Fail, Status: 503}, "v2.GET blob", 503, "UNKNOWN", false, 0},
		{"slowly read", fault.Rule{Kind: fault.Slow, Speed: 1e6}, "v2.PUT upload", 200, "0123456789", false, 1},
		{
			"by another clock, unsigned",
			fault.Rule{Kind: fault.Skew, Clock: time.Hour},
			"ecr.PutImage", 200,
			"0123456789", false, 1,
		},
		{
			"delayed",
			fault.Rule{Kind: fault.Delay, Delay: time.Millisecond},
			"s3.GetObject", 200,
			"0123456789", false, 1,
		},
	} {
		w := newWorld(t)
		c.rule.Operation, c.rule.Times = c.operation, 1
		if err := w.faults.Set(1, c.rule); err != nil {
			t.Fatal(err)
		}
		status, body, err := w.call(c.operation)
		if status != c.status || !strings.Contains(body, c.body) || (err != nil) != c.broken {
			t.Errorf("%s: %d, %q, %v", c.name, status, body, err)
		}
		if c.broken && strings.TrimPrefix(body, c.body) != "" {
			t.Errorf("%s: more than %q: %q", c.name, c.body, body)
		}
		if got := w.effects.Load(); got != c.effects {
			t.Errorf("%s: %d effects, want %d", c.name, got, c.effects)
		}
		if n := w.faults.Broken()[c.rule.Kind]; n != 1 {
			t.Errorf("%s: counted %d times", c.name, n)
		}
		// Times is over
		if status, body, err := w.call(c.operation); status != 200 || body != "0123456789" || err != nil {
			t.Errorf("%s: afterwards %d, %q, %v", c.name, status, body, err)
		}
	}
}

func TestRulesChooseTheirCalls(t *testing.T) {
	w := newWorld(t)
	if err := w.faults.Set(1, fault.Rule{Operation: "ecr.*", Kind: fault.Fail},
		fault.Rule{Operation: "s3.GetObject", Kind: fault.Fail, Rate: 0.3}); err != nil {
		t.Fatal(err)
	}
	for operation, want := range map[string]int{"ecr.PutImage": 500, "ecr.ListImages": 500, "v2.GET blob": 200} {
		if status, _, _ := w.call(operation); status != want {
			t.Errorf("%s: %d, want %d", operation, status, want)
		}
	}
	failed := 0
	for range 200 {
		if status, _, _ := w.call("s3.GetObject"); status == 500 {
			failed++
		}
	}
	if failed < 30 || failed > 90 {
		t.Errorf("%d of 200 calls failed at a rate of 0.3", failed)
	}
}

func TestWrongRulesAreRefused(t *testing.T) {
	var i fault.Injector
	for _, rule := range []fault.Rule{
		{},
		{Operation: "ecr.*", Kind: "melt"},
		{Operation: "", Kind: fault.Fail},
		{Operation: "[", Kind: fault.Fail},
		{Operation: "*", Kind: fault.Fail, Rate: 1.5},
		{Operation: "*", Kind: fault.Slow},
		{Operation: "*", Kind: fault.Cut, PerMiB: 1},
	} {
		if err := i.Set(1, rule); err == nil {
			t.Errorf("%+v is accepted", rule)
		}
	}
}

func TestRulesAreSetOverHTTP(t *testing.T) {
	w := newWorld(t)
	control := httptest.NewServer(&w.faults)
	defer control.Close()
	send := func(method string, body any) int {
		t.Helper()
		doc, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(context.Background(), method, control.URL,
			strings.NewReader(string(doc)))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	rules := map[string]any{"rules": []fault.Rule{{Operation: "*", Kind: fault.Fail}}}
	if got := send(http.MethodPut, rules); got != http.StatusNoContent {
		t.Errorf("PUT: %d", got)
	}
	if status, _, _ := w.call("ecr.PutImage"); status != 500 {
		t.Errorf("with the rule: %d", status)
	}
	if got := send(http.MethodPut,
		map[string]any{"rules": []fault.Rule{{Kind: "melt"}}}); got != http.StatusBadRequest {
		t.Errorf("wrong rule: %d", got)
	}
	if got := send(http.MethodDelete, nil); got != http.StatusNoContent {
		t.Errorf("DELETE: %d", got)
	}
	if status, _, _ := w.call("ecr.PutImage"); status != 200 {
		t.Errorf("without rules: %d", status)
	}
}

// What ends too early does not say so, however small it is: a length that is right for what came would make it another
// body.
func TestAShortBodyDeclaresNoLength(t *testing.T) {
	var faults fault.Injector
	if err := faults.Set(1, fault.Rule{Operation: "*", Kind: fault.Short}); err != nil {
		t.Fatal(err)
	}
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		_, _ = w.Write([]byte("0123456789"))
	})
	server := httptest.NewServer(faults.Wrap(next, func(*http.Request) string { return "s3.GetObject" }))
	defer server.Close()
	answer, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || string(body) != "01234" || answer.ContentLength != -1 {
		t.Errorf("%q, %v, declared as %d bytes", body, err, answer.ContentLength)
	}
}

func TestAWSRefusesSignaturesOfAnotherTime(t *testing.T) {
	w := newWorld(t)
	next := http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusOK) })
	handler := w.faults.Wrap(next, func(*http.Request) string { return "ecr.PutImage" })
	if err := w.faults.Set(1, fault.Rule{Operation: "*", Kind: fault.Skew, Clock: time.Hour}); err != nil {
		t.Fatal(err)
	}
	for signed, want := range map[time.Duration]int{0: http.StatusForbidden, time.Hour: http.StatusOK} {
		req := httptest.NewRequest(http.MethodPost, "/", nil)
		req.Header.Set("X-Amz-Date", time.Now().Add(signed).UTC().Format("20060102T150405Z"))
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, req)
		date, err := http.ParseTime(answer.Header().Get("Date"))
		if answer.Code != want || err != nil || time.Until(date) < 59*time.Minute {
			t.Errorf("signed %s ahead: %d, at %s", signed, answer.Code, date)
		}
	}
}

func TestRetryAfterIsSaid(t *testing.T) {
	w := newWorld(t)
	handler := w.faults.Wrap(http.NotFoundHandler(), func(*http.Request) string { return "v2.GET blob" })
	for _, c := range []struct {
		clock time.Duration
		ok    func(string) bool
	}{
		{0, func(s string) bool { return s == "3" }},
		{-time.Hour, func(s string) bool {
			date, err := http.ParseTime(s)
			return err == nil && time.Since(date) > 59*time.Minute
		}},
	} {
		if err := w.faults.Set(1, fault.Rule{
			Operation: "*", Kind: fault.Throttle, RetryAfter: 3 * time.Second,
			Clock: c.clock,
		}); err != nil {
			t.Fatal(err)
		}
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/", nil))
		if !c.ok(answer.Header().Get("Retry-After")) {
			t.Errorf("clock %s: %v", c.clock, answer.Header())
		}
	}
}
