package entry

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// LatestExpiry is the last second of the year 9999, in epoch seconds. A later time was meant in milliseconds, and
// would never come in seconds.
const LatestExpiry = 253402300799

const dateForm = "2006-01-02"

var daysPattern = regexp.MustCompile(`^([0-9]{1,6})([dw])$`)

// ParseExpiry returns the second from which on an entry is ignored, as people write it:
//
//   - a date, 2027-01-31: the entry is good until the end of that day in UTC, which is
//     the first second of the next;
//   - a time by RFC 3339, 2027-01-31T18:00:00+01:00: until that second;
//   - days or weeks from now, 90d or 12w: until the end of the day in UTC that is so
//     many days after today;
//   - hours, minutes and seconds from now, 36h or 1h30m: until that second;
//   - never, or nothing: the zero time.
//
// A time that has passed is no error here; [Entry.ValidateAt] refuses it.
func ParseExpiry(text string, now time.Time) (time.Time, error) {
	text = strings.TrimSpace(text)
	t, err := parseExpiry(text, now.UTC())
	if err == nil && !t.IsZero() && (t.Unix() <= 0 || t.Unix() > LatestExpiry) {
		err = errors.New("is not between the years 1970 and 9999")
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("expiry %q %w", text, err)
	}
	return t, nil
}

func parseExpiry(text string, now time.Time) (time.Time, error) {
	if text == "" || text == "never" {
		return time.Time{}, nil
	}
	if day, err := time.Parse(dateForm, text); err == nil {
		return day.AddDate(0, 0, 1), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC().Truncate(time.Second), nil
	}
	if m := daysPattern.FindStringSubmatch(text); m != nil {
		days, err := strconv.Atoi(m[1])
		if m[2] == "w" {
			days *= 7
		}
		if err != nil || days == 0 {
			return time.Time{}, errors.New("is no time at all")
		}
		return time.Date(now.Year(), now.Month(), now.Day()+days+1, 0, 0, 0, 0, time.UTC), nil
	}
	if d, err := time.ParseDuration(text); err == nil {
		if d < time.Second {
			return time.Time{}, errors.New("is not ahead of now")
		}
		return now.Add(d).Truncate(time.Second), nil
	}
	return time.Time{}, errors.New(
		"is not a date (2027-01-31), a time (2027-01-31T18:00:00Z), a duration (90d, 12w, 36h) or never")
}

// FormatExpiry returns an expiry in a form that [ParseExpiry] reads back: the last
// day on which the entry is good, the time in UTC if it is not a day's end, "" for the zero time.
func FormatExpiry(t time.Time) string {
	switch t = t.UTC(); {
	case t.IsZero():
		return ""
	case t.Unix()%86400 == 0:
		return t.AddDate(0, 0, -1).Format(dateForm)
	}
	return t.Format(time.RFC3339)
}
