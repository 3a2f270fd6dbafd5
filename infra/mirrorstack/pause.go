package mirrorstack

import (
	"slices"
	"time"
)

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
