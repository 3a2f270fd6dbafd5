package schedule

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math"

	"ecrmirror/internal/entry"
)

// A Place says when an entry's image at a host is asked for: the least first. What a sweep has not reached is to be
// first in the next, and a status says when it was last looked at no better than to some hours: it is not written each
// time.
//
//   - First comes what was certainly not looked at for long, the oldest first: a status is written at the first look
//     at which it is older than entry.RefreshAfter, so that one that is twice as old has been left out. So nothing is
//     left out for longer, as long as the host answers at all.
//   - The others follow in a ring, by a hash of their sources, from the one on that was looked at last. A sweep that
//     ends before a host has answered for all of its images writes the status of that one in any case.
//   - The images of selections have no statuses. They have a ring of their own, which begins at another place in each
//     sweep, by the golden ratio: so all of them have their turn.
type Place struct {
	checked int64  // by Unix time in ms; the last there is, if that may be outdated
	after   uint64 // how far behind the one that was looked at last
}

// Compare orders places, the one to be asked for first before others.
func (a Place) Compare(b Place) int {
	return cmp.Or(cmp.Compare(a.checked, b.checked), cmp.Compare(a.after, b.after))
}

// Place returns the place of an entry among those with an image at a host.
func (h *Hosts) Place(name string, e *entry.Entry) Place {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := Place{checked: math.MaxInt64, after: position(e.Source)}
	if e.Selection != "" {
		p.after -= uint64(h.now.Unix()) * golden //nolint:gosec // it goes around
		return p
	}
	if known := h.byName[name]; known != nil && !known.checked.IsZero() {
		p.after -= known.at + 1
	}
	if h.now.Sub(e.Status.Checked) > 2*entry.RefreshAfter {
		p.checked = e.Status.Checked.UnixMilli()
	}
	return p
}

// golden is the golden ratio's part of a ring. Steps of it, however many at a time, come by all places evenly.
const golden = 0x9E3779B97F4A7C15

// position is where an entry stands in the ring. It is the same in every sweep, and another for every source: no two
// sources are known to have one.
func position(source string) uint64 {
	sum := sha256.Sum256([]byte(source))
	return binary.BigEndian.Uint64(sum[:])
}
