package pace

import (
	"net/http"
	"testing"
	"time"

	"ecrmirror/internal/registryclient/answer"
)

// FuzzPatience reads what registries say about how long they want to be left alone.
func FuzzPatience(f *testing.F) {
	for _, seed := range [][4]string{
		{"0;w=21600", "", "", ""},
		{"0", "60", "", ""},
		{"", "", `"hourly";r=0;t=1800`, ""},
		{"", "", `"a";r=5, "b";r=0`, "7"},
		{"0;w=999999999", "99999999999", ";r=0;t=999999999", "Fri, 31 Dec 9999 23:59:59 GMT"},
		{"-0", "-1", ";r=0", "2147483647"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], http.StatusTooManyRequests)
	}
	f.Fuzz(func(t *testing.T, remaining, reset, limit, after string, status int) {
		h := http.Header{}
		for name, value := range map[string]string{
			"RateLimit-Remaining": remaining, "RateLimit-Reset": reset,
			"RateLimit": limit, "Retry-After": after,
		} {
			if value != "" {
				h.Set(name, value)
			}
		}
		now := time.Now()
		if wait, ok := exhausted(h); wait < 0 || ok && wait == 0 || !ok && wait != 0 {
			t.Errorf("%v: %v, %v", h, wait, ok)
		}
		if wait := answer.RetryAfter(h); wait < 0 {
			t.Errorf("Retry-After %q: %v", after, wait)
		}
		e := New("registry.example", Options{})
		until := e.Observe(&http.Response{StatusCode: status, Header: h})
		if !until.IsZero() && until.Before(now) {
			t.Errorf("%v: until %v", h, until)
		}
		if d := e.DeferredUntil(); !d.IsZero() && time.Until(d) < 0 {
			t.Errorf("%v: deferred until %v", h, d)
		}
		if limit := e.rate.Limit(); limit < 1 || limit > e.fastest {
			t.Errorf("a pace of %v", limit)
		}
	})
}
