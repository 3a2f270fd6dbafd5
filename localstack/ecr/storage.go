package ecr

import (
	"time"
)

// restoreTime is how long ECR takes to restore an archived image at most; see [Options].
const restoreTime = 20 * time.Minute

// What an image is. Only what is active can be pulled.
const (
	active     = "ACTIVE"
	archived   = "ARCHIVED"
	activating = "ACTIVATING" // on its way from archived to active
)

// A storage says in which storage class an image is, and since when.
type storage struct {
	archivedAt  time.Time // zero if never
	activatedAt time.Time // when it was, or will be, back from there; zero if it is in the archive, or was never
}

// status returns what the image is now.
func (s storage) status(now time.Time) string {
	switch {
	case s.archivedAt.IsZero(), !s.activatedAt.IsZero() && !s.activatedAt.After(now):
		return active
	case s.activatedAt.IsZero():
		return archived
	default:
		return activating
	}
}

// restore has the image active from a time on, if it is not already.
func (s *storage) restore(now, at time.Time) {
	if s.status(now) != active {
		s.activatedAt = at
	}
}
