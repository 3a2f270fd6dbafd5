package flagvalue

import (
	"fmt"
	"time"
)

// A Duration is a time that something may take. It implements pflag.Value.
type Duration struct {
	value, least time.Duration
	like         string // examples
}

// NewDuration returns a duration of least at least; errors have like, examples of it.
func NewDuration(value, least time.Duration, like string) Duration {
	return Duration{value: value, least: least, like: like}
}

// Value returns the duration.
func (d *Duration) Value() time.Duration { return d.value }

// String returns the duration as Go writes it.
func (d *Duration) String() string { return d.value.String() }

// Type returns what help calls the value.
func (d *Duration) Type() string { return "DURATION" }

// Set takes a duration as [time.ParseDuration] does.
func (d *Duration) Set(s string) error {
	value, err := time.ParseDuration(s)
	if err != nil || value < d.least {
		return fmt.Errorf("must be a time of %s at least, like %s", d.least, d.like)
	}
	d.value = value
	return nil
}
