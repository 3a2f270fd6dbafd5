package schedule

import (
	"strings"
	"testing"
	"time"
)

func TestPausesOfSchedules(t *testing.T) {
	const day = 24 * time.Hour
	for schedule, want := range map[Expression]time.Duration{
		"off":                         0,
		"rate(1 hour)":                time.Hour,
		"rate(2 days)":                2 * day,
		"cron(0 6 * * ? *)":           day,
		"cron(0/15 * * * ? *)":        15 * time.Minute,
		"cron(0 6,18 * * ? *)":        12 * time.Hour,
		"cron(30 6-8 * * ? *)":        22 * time.Hour,
		"cron(0 6 ? * MON *)":         7 * day,
		"cron(0 6 ? * mon-fri *)":     3 * day,
		"cron(0 6 ? * 2,5 *)":         4 * day,
		"cron(0 6 1 * ? *)":           31 * day,
		"cron(0 6 L * ? *)":           31 * day,
		"cron(0 6 LW * ? *)":          33 * day,
		"cron(0 6 15W * ? *)":         32 * day,
		"cron(0 6 ? * 6L *)":          35 * day,
		"cron(0 6 ? * TUE#1 *)":       35 * day,
		"cron(0 6 29 2 ? *)":          8*365*day + 1*day, // 2096 to 2104
		"cron(0 6 1 1 ? 2030)":        0,
		"cron(0 6 1 1/6 ? 2027-2029)": 184 * day,
	} {
		if err := schedule.Check(); err != nil {
			t.Errorf("%s: %v", schedule, err)
		}
		if got := schedule.Every(); got != want {
			t.Errorf("%s: every %v, want %v", schedule, got, want)
		}
	}
}

func TestImpossibleSchedulesAreRefused(t *testing.T) {
	for schedule, want := range map[Expression]string{
		"cron(0 25 * * ? *)":      `hours "25": must be 0 to 23`,
		"cron(60 6 * * ? *)":      `minutes "60": must be 0 to 59`,
		"cron(0 6 * * * *)":       "day of month or day of week must be ?",
		"cron(0 6 ? * ? *)":       "day of month or day of week must be ?",
		"cron(0 6 31 2 ? *)":      "no such day",
		"cron(0 6 30 FEB ? *)":    "no such day",
		"cron(0 6 31 4,6 ? *)":    "no such day",
		"cron(0 6 * * ? 1999)":    "no such day",
		"cron(0 6 ? * MON#6 *)":   "the number after # must be 1 to 5",
		"cron(0 6 ? * MOON *)":    `day of week "MOON": must be 1 to 7`,
		"cron(0 6 ? * 0 *)":       "must be 1 to 7",
		"cron(0 6 * 13 ? *)":      `month "13": must be 1 to 12`,
		"cron(0/0 6 * * ? *)":     "the number after / must be 1 at least",
		"cron(0 9-6 * * ? *)":     "the range ends before it begins",
		"cron(0 6 * * ?)":         "cron has 6 fields",
		"cron(? 6 * * ? *)":       `minutes "?"`,
		"cron()":                  "cron has 6 fields",
		"cron(0 6 32W * ? *)":     "must be 1 to 31",
		"cron(, 6 * * ? *)":       "must be 0 to 59",
		"at(2026-01-01T00:00:00)": "must be off, rate(1 hour)",
	} {
		if err := schedule.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", schedule, err, want)
		}
	}
}

func FuzzCheckNeverHangs(f *testing.F) {
	f.Add("cron(0 6 15W 1/3 ? 2026-2199/7)")
	f.Add("rate(15 minutes)")
	f.Fuzz(func(t *testing.T, text string) {
		s := Expression(text)
		if s.Check() == nil && s.Every() < 0 {
			t.Errorf("%q: every %v", text, s.Every())
		}
	})
}
