package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/docker/go-units"

	"ecrmirror/internal/chunked"
)

// minRate is the value of --min-rate: SIZE[/TIME], a rate in bytes a second and over what time it is measured.
type minRate chunked.LeastRate

const longestRateTime = 24 * time.Hour

func newMinRate() minRate { return minRate(chunked.LeastRate{}.WithDefaults()) }

func (m *minRate) Type() string { return "RATE[/TIME]" }

func (m *minRate) String() string {
	switch {
	case m.BytesPerSecond < 0:
		return "0"
	case m.Over == 0:
		return ""
	}
	return units.BytesSize(float64(m.BytesPerSecond)) + "/" + shortTime(m.Over)
}

// shortTime leaves the zeros out of a time's text.
func shortTime(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// ratePattern is stricter than go-units, which takes exponents, blanks and petabytes.
var ratePattern = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,9})?([KMGkmg]?[Bb]?|[KMGkmg]i[Bb]?)$`)

// Set takes 0, for any rate, and a time from a second to a day.
func (m *minRate) Set(s string) error {
	rate, over, timed := strings.Cut(s, "/")
	if !ratePattern.MatchString(rate) {
		return errors.New("must be bytes a second, like 32KiB, and may say over what time, like 32KiB/10m; 0 is any rate")
	}
	n, err := bytesIn(rate)
	if err != nil {
		return err
	}
	set := newMinRate()
	set.BytesPerSecond = n
	if timed {
		if set.Over, err = time.ParseDuration(over); err != nil || set.Over < time.Second || set.Over > longestRateTime {
			return fmt.Errorf("the time must be from 1s to %s, like 10m", shortTime(longestRateTime))
		}
	}
	if n == 0 {
		set.BytesPerSecond = -1
	}
	*m = set
	return nil
}
