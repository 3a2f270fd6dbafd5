package mirrorstack

import (
	"errors"
	"regexp"
	"strconv"
	"time"
)

// A Schedule says when the table is swept: "off", or an expression of EventBridge,
// rate(...) or cron(...).
type Schedule string

// ScheduleOff is the schedule that never sweeps.
const ScheduleOff Schedule = "off"

var (
	ratePattern = regexp.MustCompile(`^rate\(([1-9][0-9]{0,4}) (minute|hour|day)(s?)\)$`)
	cronPattern = regexp.MustCompile(`^cron\([^ ()]+( [^ ()]+){5}\)$`)
)

// check returns an error if EventBridge would not take the schedule.
func (s Schedule) check() error {
	if s == ScheduleOff || cronPattern.MatchString(string(s)) {
		return nil
	}
	m := ratePattern.FindStringSubmatch(string(s))
	if m == nil || (m[1] == "1") != (m[3] == "") { // EventBridge: 1 hour, 2 hours
		return errors.New("must be off, rate(1 hour), rate(15 minutes), ... or cron(0 6 * * ? *)")
	}
	return nil
}

// every returns how often the rate has the table swept, 0 for a cron schedule and off.
func (s Schedule) every() time.Duration {
	m := ratePattern.FindStringSubmatch(string(s))
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return time.Duration(n) * map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[m[2]]
}

// sweepWithin returns after how long without a sweep something is wrong: two that are
// missing, and an hour for the third to end. A cron schedule is taken for a daily one.
func (p Props) sweepWithin() time.Duration {
	switch {
	case p.Watch.SweepWithin > 0:
		return p.Watch.SweepWithin
	case p.Schedule.every() > 0:
		return 2*p.Schedule.every() + time.Hour
	}
	return 2*24*time.Hour + time.Hour
}
