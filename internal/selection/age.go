package selection

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
)

const day = 24 * time.Hour

var days = regexp.MustCompile(`^([0-9]{1,5})([dw])$`)

// ParseAge parses an age as people write it: 72h, 1h30m, 3d or 2w.
func ParseAge(text string) (time.Duration, error) {
	if m := days.FindStringSubmatch(text); m != nil {
		count, err := strconv.Atoi(m[1])
		unit := day
		if m[2] == "w" {
			unit = 7 * day
		}
		if err == nil && count > 0 {
			return time.Duration(count) * unit, nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	return 0, fmt.Errorf("age %q is not a time such as 72h, 3d or 2w", text)
}

// FormatAge returns an age in a form that [ParseAge] reads: in days if these are seven or more, else in hours, minutes
// and seconds.
func FormatAge(age time.Duration) string {
	if age >= 7*day && age%day == 0 {
		return fmt.Sprintf("%dd", age/day)
	}
	text := age.String()
	if age >= time.Minute && age%time.Minute == 0 {
		text = strings.TrimSuffix(text, "0s")
	}
	if age >= time.Hour && age%time.Hour == 0 {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// A Tag is a tag of a repository, and what is known of it.
type Tag struct {
	Name string
	// Pushed is when the tag was last pushed, by the registry's own word; zero if it says nothing. What an image says
	// of itself does not count: its publisher is free to say anything.
	Pushed time.Time
	// Seen is since when the tag has been seen with the digest that it has; zero if it was never seen before.
	Seen time.Time
	// Digest is what the list says that the tag points at; "" if it says nothing.
	Digest digest.Digest
}

// since returns since when the tag has had its digest at the latest, zero if that is not known.
func (t Tag) since() time.Time {
	if t.Pushed.IsZero() || !t.Seen.IsZero() && t.Seen.Before(t.Pushed) {
		return t.Seen
	}
	return t.Pushed
}
