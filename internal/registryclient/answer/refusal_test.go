package answer

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "0": 0, "7": 7 * time.Second, "-7": 0, "soon": 0, "99999999999999": 0,
		"Fri, 02 Jan 2026 03:04:15 GMT": 10 * time.Second, "Fri, 02 Jan 2026 03:04:00 GMT": 0,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

// A date in an answer is by the clock of who gave it, whatever ours says.
func TestRetryAfterIsByTheRegistrysClock(t *testing.T) {
	for _, ahead := range []time.Duration{-time.Hour, 0, time.Hour} {
		theirs := time.Now().Add(ahead).UTC()
		h := http.Header{
			"Date":        {theirs.Format(http.TimeFormat)},
			"Retry-After": {theirs.Add(3 * time.Second).Format(http.TimeFormat)},
		}
		if got := Refusal(&http.Response{
			StatusCode: 429, Header: h,
			Body: http.NoBody,
		}).RetryAfter; got != 3*time.Second {
			t.Errorf("%s ahead: to be asked again after %s", ahead, got)
		}
	}
}
