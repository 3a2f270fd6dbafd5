package entry

import (
	"hash/fnv"
	"time"
)

// RefreshAfter is how old the time of the last check in the table may be. A status in
// which nothing else has changed is written again after half to all of it, which of
// them by the entry's source, so that not all entries are written in one sweep.
const RefreshAfter = 6 * time.Hour

// Due reports whether the status is worth a write: something has changed, or the
// entry's own is about to be older than [RefreshAfter].
func (u Update) Due() bool {
	old := u.Entry.Status
	if old.Checked.IsZero() || !u.Status.Equal(old) {
		return true
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(u.Entry.Source))
	const half = RefreshAfter / 2
	return u.Status.Checked.Sub(old.Checked) >= half+half/1024*time.Duration(h.Sum32()%1024)
}
