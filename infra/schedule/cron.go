package schedule

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A cron is an expression cron(...) of EventBridge: six fields, in UTC.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
type cron struct {
	minutes, hours, months, years []int
	days                          []func(time.Time) bool // of which one must be true
}

// A cronField is what a field may have.
type cronField struct {
	name        string
	first, last int
	words       []string // for first, first+1, ...
}

var cronFields = []cronField{
	{"minutes", 0, 59, nil},
	{"hours", 0, 23, nil},
	{"day of month", 1, 31, nil},
	{"month", 1, 12, []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}},
	{"day of week", 1, 7, []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}},
	{"year", 1970, 2199, nil},
}

// parseCron parses what is between the parentheses.
func parseCron(text string) (cron, error) {
	var c cron
	fields := strings.Fields(text)
	if len(fields) != len(cronFields) {
		return c, fmt.Errorf("cron has 6 fields (minutes, hours, day of month, month, day of week, year), not %d",
			len(fields))
	}
	if (fields[2] == "?") == (fields[4] == "?") {
		return c, errors.New("day of month or day of week must be ?, and not both")
	}
	for i, field := range fields {
		f := cronFields[i]
		for part := range strings.SplitSeq(strings.ToUpper(field), ",") {
			if err := c.add(i, f, part); err != nil {
				return c, fmt.Errorf("%s %q: %w", f.name, field, err)
			}
		}
	}
	return c, nil
}

// add takes one part of a list into field i.
func (c *cron) add(i int, f cronField, part string) error {
	if i == 2 || i == 4 {
		day, special, err := c.special(i, f, part)
		if special || err != nil {
			if day != nil {
				c.days = append(c.days, day)
			}
			return err
		}
	}
	values, err := f.values(part)
	if err != nil {
		return err
	}
	switch i {
	case 0:
		c.minutes = append(c.minutes, values...)
	case 1:
		c.hours = append(c.hours, values...)
	case 2:
		c.days = append(c.days, func(t time.Time) bool { return slices.Contains(values, t.Day()) })
	case 3:
		c.months = append(c.months, values...)
	case 4:
		c.days = append(c.days, func(t time.Time) bool { return slices.Contains(values, int(t.Weekday())+1) })
	case 5:
		c.years = append(c.years, values...)
	}
	return nil
}

// special understands what only the fields of days have: ?, L, LW, 15W, 6L and 3#2.
func (c *cron) special(i int, f cronField, part string) (day func(time.Time) bool, ok bool, err error) {
	last := func(t time.Time) int { return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day() }
	before, nth, hasNth := strings.Cut(part, "#")
	switch {
	case part == "?":
		return nil, true, nil
	case i == 2 && part == "L":
		return func(t time.Time) bool { return t.Day() == last(t) }, true, nil
	case i == 2 && part == "LW":
		return func(t time.Time) bool { return t.Day() == nearestWeekday(t, last(t)) }, true, nil
	case i == 2 && strings.HasSuffix(part, "W"):
		n, err := f.value(strings.TrimSuffix(part, "W"))
		return func(t time.Time) bool { return n <= last(t) && t.Day() == nearestWeekday(t, n) }, true, err
	case i == 4 && part == "L":
		return func(t time.Time) bool { return t.Weekday() == time.Saturday }, true, nil
	case i == 4 && strings.HasSuffix(part, "L"):
		n, err := f.value(strings.TrimSuffix(part, "L"))
		return func(t time.Time) bool { return int(t.Weekday())+1 == n && t.Day()+7 > last(t) }, true, err
	case i == 4 && hasNth:
		n, err := f.value(before)
		k, err2 := strconv.Atoi(nth)
		if err == nil && (err2 != nil || k < 1 || k > 5) {
			err = errors.New("the number after # must be 1 to 5")
		}
		return func(t time.Time) bool { return int(t.Weekday())+1 == n && (t.Day()-1)/7+1 == k }, true, err
	}
	return nil, false, nil
}

// nearestWeekday returns the day, Monday to Friday, in t's month that is nearest to its day n.
func nearestWeekday(t time.Time, n int) int {
	day := time.Date(t.Year(), t.Month(), n, 0, 0, 0, 0, time.UTC)
	shift := map[time.Weekday]int{time.Saturday: -1, time.Sunday: 1}[day.Weekday()]
	switch moved := day.AddDate(0, 0, shift); {
	case moved.Month() == day.Month():
		return moved.Day()
	case shift < 0: // Saturday the first
		return n + 2
	default: // Sunday the last
		return n - 2
	}
}

// values returns what *, 5, 1-5, */2 or 1-10/3 stands for.
func (f cronField) values(part string) ([]int, error) {
	span, step, stepped := strings.Cut(part, "/")
	by := 1
	if stepped {
		var err error
		if by, err = strconv.Atoi(step); err != nil || by < 1 {
			return nil, errors.New("the number after / must be 1 at least")
		}
	}
	from, to, err := f.span(span, stepped)
	if err != nil {
		return nil, err
	}
	var list []int
	for n := from; n <= to; n += by {
		list = append(list, n)
	}
	return list, nil
}

// span returns the first and the last value of *, 5 or 1-5. With a step, 5 goes on to the field's last.
func (f cronField) span(text string, stepped bool) (from, to int, err error) {
	if text == "*" {
		return f.first, f.last, nil
	}
	begin, end, isRange := strings.Cut(text, "-")
	if from, err = f.value(begin); err != nil {
		return 0, 0, err
	}
	switch {
	case isRange:
		if to, err = f.value(end); err != nil {
			return 0, 0, err
		}
	case stepped:
		to = f.last
	default:
		to = from
	}
	if to < from {
		return 0, 0, errors.New("the range ends before it begins")
	}
	return from, to, nil
}

func (f cronField) value(text string) (int, error) {
	if i := slices.Index(f.words, text); i >= 0 {
		return f.first + i, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < f.first || n > f.last {
		return 0, fmt.Errorf("must be %d to %d", f.first, f.last)
	}
	return n, nil
}

// cronEpoch is where the pauses of cron schedules are counted from. Nothing is deployed before.
var cronEpoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// longestPause returns the longest time from one start to the next, in all years to come, and whether there is
// a start at all. It is 0 for a schedule that starts once.
func (c cron) longestPause() (longest time.Duration, ever bool) {
	var starts []time.Duration // in a day
	for hour := range 24 {
		for minute := range 60 {
			if slices.Contains(c.hours, hour) && slices.Contains(c.minutes, minute) {
				starts = append(starts, time.Duration(hour)*time.Hour+time.Duration(minute)*time.Minute)
			}
		}
	}
	if len(starts) == 0 {
		return 0, false
	}
	for i := 1; i < len(starts); i++ {
		longest = max(longest, starts[i]-starts[i-1])
	}
	var previous time.Time // the last day with starts
	for day := cronEpoch; day.Year() <= slices.Max(c.years); day = day.AddDate(0, 0, 1) {
		if !c.startsOn(day) {
			continue
		}
		if ever {
			longest = max(longest, day.Add(starts[0]).Sub(previous.Add(starts[len(starts)-1])))
		}
		previous, ever = day, true
	}
	return longest, ever
}

func (c cron) startsOn(day time.Time) bool {
	return slices.Contains(c.years, day.Year()) && slices.Contains(c.months, int(day.Month())) &&
		slices.ContainsFunc(c.days, func(is func(time.Time) bool) bool { return is(day) })
}
