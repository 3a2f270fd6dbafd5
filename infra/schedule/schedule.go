// Package schedule checks EventBridge's schedule expressions, rate(...) and cron(...), and computes the longest time
// between two starts.
package schedule

import (
	"errors"
	"regexp"
	"strconv"
	"time"
)

// An Expression says when the table is swept: [Off], or rate(...) or cron(...) as EventBridge takes it.
type Expression string

// Off is the schedule that never sweeps.
const Off Expression = "off"

var (
	ratePattern = regexp.MustCompile(`^rate\(([1-9][0-9]{0,4}) (minute|hour|day)(s?)\)$`)
	cronPattern = regexp.MustCompile(`^cron\(([^()]*)\)$`)
)

// Check returns an error if EventBridge would not take the schedule.
func (s Expression) Check() error {
	if s == Off {
		return nil
	}
	if m := cronPattern.FindStringSubmatch(string(s)); m != nil {
		c, err := parseCron(m[1])
		if err != nil {
			return err
		}
		if _, ever := c.longestPause(); !ever {
			return errors.New("there is no such day: the table would never be swept")
		}
		return nil
	}
	m := ratePattern.FindStringSubmatch(string(s))
	if m == nil || (m[1] == "1") != (m[3] == "") { // EventBridge: 1 hour, 2 hours
		return errors.New("must be off, rate(1 hour), rate(15 minutes), ... or cron(0 6 * * ? *)")
	}
	return nil
}

// Every returns the longest time from one sweep to the next, 0 for off and for a cron schedule of one sweep.
func (s Expression) Every() time.Duration {
	if m := cronPattern.FindStringSubmatch(string(s)); m != nil {
		c, err := parseCron(m[1])
		if err != nil {
			return 0 // Check has said so
		}
		pause, _ := c.longestPause()
		return pause
	}
	m := ratePattern.FindStringSubmatch(string(s))
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return time.Duration(n) * map[string]time.Duration{
		"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour,
	}[m[2]]
}
