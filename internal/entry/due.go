package entry

import (
	"hash/fnv"
	"time"
)

// RefreshAfter is how old the time of the last check in the table may be. A status in
// which nothing else has changed is written again after half to all of it, which of
// them by the entry's source, so that not all entries are written in one sweep.
const RefreshAfter = 6 * time.Hour

// Due reports whether a status is worth a write: something has changed, or the
// entry's own is about to be older than [RefreshAfter].
func (e Entry) Due(s Status) bool {
	if e.Status.Checked.IsZero() || !s.Equal(e.Status) {
		return true
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(e.Source))
	const half = RefreshAfter / 2
	return s.Checked.Sub(e.Status.Checked) >= half+half/1024*time.Duration(h.Sum32()%1024)
}

// Precise returns a time as a status has it after it was written and read: in UTC, to the millisecond.
func Precise(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}

// Equal reports whether both are the same, the time of the check apart.
func (s Status) Equal(other Status) bool {
	same := s.Source == other.Source && s.State == other.State && s.Error == other.Error && len(s.Destinations) == len(other.Destinations)
	for name, d := range s.Destinations {
		o, ok := other.Destinations[name]
		d.Behind, o.Behind = Precise(d.Behind), Precise(o.Behind)
		d.Mirrored, o.Mirrored = Precise(d.Mirrored), Precise(o.Mirrored)
		same = same && ok && d == o
	}
	return same
}
