package ledger

import (
	"time"

	"github.com/opencontainers/go-digest"
)

// A Source is what is remembered of an image at its source.
type Source struct {
	Digest digest.Digest // the last that was seen; "" = none yet
	Since  time.Time     // when it was first seen, unchanged since
	Before digest.Digest // the one that it replaced; "" = none was seen
	// Revision counts the writes. A write is refused if the revision is another than was read.
	Revision int64
	// Later is true of a record of a later [Version]. Nothing else of it is known.
	Later bool
}

// Seen returns the record after the image was seen to have a digest, and whether that changes it.
func (s Source) Seen(d digest.Digest, now time.Time) (Source, bool) {
	if d == "" || d == s.Digest || s.Later {
		return s, false
	}
	return Source{Digest: d, Since: now, Before: s.Digest, Revision: s.Revision}, true
}
