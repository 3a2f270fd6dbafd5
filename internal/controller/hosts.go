package controller

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"strings"
	"sync"
	"time"

	"ecrmirror/internal/entry"
)

// maxHosts is how many hosts are known apart, each in some 100 bytes. Of more nothing is remembered.
const maxHosts = 1 << 14

// hosts is what a run knows of the hosts that images are at.
type hosts struct {
	now time.Time // when the run began

	mu     sync.Mutex
	byName map[string]*host
}

// A host is what a run knows of one.
type host struct {
	name     string
	slow     bool // it was asked, and did not answer for all of its images in a wave's time
	answered int  // images

	rate   float64 // images answered for in a second of the last wave
	before int     // images answered for before that

	// Where the sweep before has got to: of the entries with an image there, the one that was last looked at.
	checked time.Time
	at      uint64 // its position
}

// named returns the host's name, "" of nil.
func (h *host) named() string {
	if h == nil {
		return ""
	}
	return h.name
}

// answers returns for how many images it answers in a second, as far as is known.
func (h *host) answers() float64 {
	if h == nil {
		return 0
	}
	return h.rate
}

func newHosts(now time.Time) *hosts { return &hosts{now: now, byName: map[string]*host{}} }

// get returns what is known of a host; nil if there are too many. The caller holds mu.
func (h *hosts) get(name string) *host {
	known := h.byName[name]
	if known == nil && len(h.byName) < maxHosts {
		known = &host{name: strings.Clone(name)} // and not all of the image's name
		h.byName[known.name] = known
	}
	return known
}

// note notes when an entry with an image at a host was last looked at.
func (h *hosts) note(name string, e *entry.Entry) {
	h.mu.Lock()
	defer h.mu.Unlock()
	known, at := h.get(name), position(e.Source)
	if known == nil {
		return
	}
	if c := e.Status.Checked.Compare(known.checked); c > 0 || c == 0 && at > known.at {
		known.checked, known.at = e.Status.Checked, at
	}
}

// measure measures how fast hosts have answered in a wave that took so long.
func (h *hosts) measure(took time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, known := range h.byName {
		if n := known.answered - known.before; n > 0 || known.slow {
			known.rate, known.before = float64(n)/max(took.Seconds(), 1), known.answered
		}
	}
}

// answer counts an image that a host has answered for.
func (h *hosts) answer(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if known := h.get(name); known != nil {
		known.answered++
	}
}

// slow reports whether a host was slow.
func (h *hosts) slow(name string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.byName[name]
	return known != nil && known.slow
}

// left returns the host that has not answered for an image, nil if that is not remembered; slow says why.
func (h *hosts) left(name string, slow bool) *host {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.get(name)
	if known != nil && slow {
		known.slow = true
	}
	return known
}

// A place says when an entry's image at a host is asked for: the least first. What a sweep has not reached is to be first in
// the next, and a status says when it was last looked at no better than to some hours: it is not written each time.
//
//   - First comes what was certainly not looked at for long, the oldest first: a status is written at the first look
//     at which it is older than table.RefreshAfter, so that one that is twice as old has been left out. So nothing is
//     left out for longer, as long as the host answers at all.
//   - The others follow in a ring, by a hash of their sources, from the one on that was looked at last. A sweep that ends
//     before a host has answered for all of its images writes the status of that one in any case.
type place struct {
	checked int64  // by Unix time in ms; the last there is, if that may be outdated
	after   uint64 // how far behind the one that was looked at last
}

func (a place) compare(b place) int {
	return cmp.Or(cmp.Compare(a.checked, b.checked), cmp.Compare(a.after, b.after))
}

// place returns the place of an entry among those with an image at a host.
func (h *hosts) place(name string, e *entry.Entry) place {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := place{checked: math.MaxInt64, after: position(e.Source)}
	if known := h.byName[name]; known != nil && !known.checked.IsZero() {
		p.after -= known.at + 1
	}
	if h.now.Sub(e.Status.Checked) > 2*entry.RefreshAfter {
		p.checked = e.Status.Checked.UnixMilli()
	}
	return p
}

// position is where an entry stands in the ring. It is the same in every sweep, and another for every source: nobody
// finds two sources with one.
func position(source string) uint64 {
	sum := sha256.Sum256([]byte(source))
	return binary.BigEndian.Uint64(sum[:])
}
