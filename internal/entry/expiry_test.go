package entry_test

import (
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/entry"
)

func TestParseExpiry(t *testing.T) {
	noon := time.Date(2026, 12, 30, 12, 0, 0, 500, time.FixedZone("east", 14*3600)) // still the 29th in UTC
	// by RFC 3339, or how the error ends
	for text, want := range map[string]string{
		"":                          "",
		"never":                     "",
		"2027-01-31":                "2027-02-01T00:00:00Z",
		" 2028-02-28 ":              "2028-02-29T00:00:00Z",
		"2027-01-31T18:00:00Z":      "2027-01-31T18:00:00Z",
		"2027-01-31T18:00:00+01:00": "2027-01-31T17:00:00Z",
		"2027-01-31T18:00:00.9Z":    "2027-01-31T18:00:00Z",
		"1d":                        "2026-12-31T00:00:00Z",
		"90d":                       "2027-03-30T00:00:00Z",
		"12w":                       "2027-03-24T00:00:00Z",
		"36h":                       "2026-12-31T10:00:00Z",
		"1h30m":                     "2026-12-29T23:30:00Z",
		"0d":                        "is no time at all",
		"-5h":                       "is not ahead of now",
		"0s":                        "is not ahead of now",
		"999999d":                   "4764-11-25T00:00:00Z",
		"999999w":                   "is not between the years 1970 and 9999",
		"1969-12-30":                "is not between the years 1970 and 9999",
		"2027-02-30":                "a duration (90d, 12w, 36h) or never",
		"1d12h":                     "a duration (90d, 12w, 36h) or never",
		"31.1.2027":                 "a duration (90d, 12w, 36h) or never",
		"1800000000":                "a duration (90d, 12w, 36h) or never",
		"tomorrow":                  "a duration (90d, 12w, 36h) or never",
	} {
		got, err := entry.ParseExpiry(text, noon)
		switch {
		case err != nil:
			if !strings.HasSuffix(err.Error(), want) || want == "" || !strings.HasPrefix(err.Error(),
				`expiry "`+strings.TrimSpace(text)+`" is `) {
				t.Errorf("%q: %v", text, err)
			}
		case want == "":
			if !got.IsZero() {
				t.Errorf("%q: %v, want none", text, got)
			}
		case !strings.HasPrefix(got.Format(time.RFC3339), want):
			t.Errorf("%q: %s, want %s", text, got.Format(time.RFC3339), want)
		}
		if err == nil {
			again, err := entry.ParseExpiry(entry.FormatExpiry(got), noon)
			if err != nil || !again.Equal(got) {
				t.Errorf("%q is formatted as %q, which is read as %v, %v", text, entry.FormatExpiry(got), again, err)
			}
		}
	}
}

// FuzzExpiry reads what people write, and what it means is written and read again as the same time.
func FuzzExpiry(f *testing.F) {
	for _, seed := range []string{
		"2027-01-31", "2027-01-31T18:00:00+01:00", "90d", "12w", "36h", "never", "",
		"999999w", "-1h", "9999-12-31", "2562047h",
	} {
		f.Add(seed)
	}
	now := time.Date(2026, 3, 4, 5, 6, 7, 8, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		at, err := entry.ParseExpiry(text, now)
		if err != nil || at.IsZero() {
			return
		}
		again, err := entry.ParseExpiry(entry.FormatExpiry(at), now)
		if err != nil || !again.Equal(at) || at.Unix() <= 0 || at.Unix() > entry.LatestExpiry || at.Nanosecond() != 0 {
			t.Errorf("%q is %v; %q is %v, %v", text, at, entry.FormatExpiry(at), again, err)
		}
	})
}
