package flagvalue

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/docker/go-units"
)

// A Rate is a number of bytes a second, and the time over which it is measured. It implements pflag.Value.
type Rate struct {
	BytesPerSecond int64 // -1 if any rate will do
	Over           time.Duration

	otherwise time.Duration // over which a rate is measured that does not say
}

// NewRate returns a rate. Its time is that of rates that Set takes without one.
func NewRate(bytesPerSecond int64, over time.Duration) Rate { return Rate{bytesPerSecond, over, over} }

// Type returns what help calls the value.
func (r *Rate) Type() string { return "RATE[/TIME]" }

// String returns the rate as Set takes it.
func (r *Rate) String() string {
	switch {
	case r.BytesPerSecond < 0:
		return "0"
	case r.Over == 0:
		return ""
	}
	return units.BytesSize(float64(r.BytesPerSecond)) + "/" + shortTime(r.Over)
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

const longestRateTime = 24 * time.Hour

// Set takes a size, and after a slash a time from a second to a day: 32KiB, 32KiB/10m. A size of 0
// sets no least rate.
func (r *Rate) Set(s string) error {
	rate, time, timed := strings.Cut(s, "/")
	if !ratePattern.MatchString(rate) {
		return errors.New("must be bytes a second, like 32KiB, and may say over what time, like 32KiB/10m; 0 is any " +
			"rate")
	}
	n, err := bytesIn(rate)
	if err != nil {
		return err
	}
	over := r.otherwise
	if timed {
		if over, err = rateTime(time); err != nil {
			return err
		}
	}
	if n == 0 {
		n = -1
	}
	r.BytesPerSecond, r.Over = n, over
	return nil
}

func rateTime(s string) (time.Duration, error) {
	over, err := time.ParseDuration(s)
	if err != nil || over < time.Second || over > longestRateTime {
		return 0, fmt.Errorf("the time must be from 1s to %s, like 10m", shortTime(longestRateTime))
	}
	return over, nil
}
