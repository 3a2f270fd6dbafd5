package schedule

import (
	"strings"
	"sync"
	"time"

	"ecrmirror/internal/entry"
)

// maxHosts is how many hosts are known apart, each in some 100 bytes. Of more nothing is remembered.
const maxHosts = 1 << 14

// Hosts are what a sweep knows of the hosts that images are at. They are safe for concurrent use.
type Hosts struct {
	now time.Time // when the sweep began

	mu     sync.Mutex
	byName map[string]*Host
}

// A Host is what a sweep knows of one host. nil is a host of which nothing is remembered.
type Host struct {
	name     string
	slow     bool // see [Hosts.Slow]
	answered int  // images

	rate   float64 // images answered for in a second of the last wave
	before int     // images answered for before that

	// Where the sweep before has got to: of the entries with an image there, the one that was last looked at.
	checked time.Time
	at      uint64 // its position
}

// named returns the host's name, "" of nil.
func (h *Host) named() string {
	if h == nil {
		return ""
	}
	return h.name
}

// answers returns for how many images it answers in a second, as far as is known.
func (h *Host) answers() float64 {
	if h == nil {
		return 0
	}
	return h.rate
}

// NewHosts returns the hosts of a sweep that began at a time. It knows none yet.
func NewHosts(began time.Time) *Hosts { return &Hosts{now: began, byName: map[string]*Host{}} }

// get returns what is known of a host; nil if there are too many. The caller holds mu.
func (h *Hosts) get(name string) *Host {
	known := h.byName[name]
	if known == nil && len(h.byName) < maxHosts {
		known = &Host{name: strings.Clone(name)} // and not all of the image's name
		h.byName[known.name] = known
	}
	return known
}

// Note notes when an entry with an image at a host was last looked at.
func (h *Hosts) Note(name string, e *entry.Entry) {
	h.mu.Lock()
	defer h.mu.Unlock()
	known, at := h.get(name), position(e.Source)
	if known == nil || e.Selection != "" {
		return
	}
	if c := e.Status.Checked.Compare(known.checked); c > 0 || c == 0 && at > known.at {
		known.checked, known.at = e.Status.Checked, at
	}
}

// Measure measures how fast hosts have answered in a wave that took so long.
func (h *Hosts) Measure(took time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, known := range h.byName {
		if n := known.answered - known.before; n > 0 || known.slow {
			known.rate, known.before = float64(n)/max(took.Seconds(), 1), known.answered
		}
	}
}

// Answered counts an image that a host has answered for.
func (h *Hosts) Answered(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if known := h.get(name); known != nil {
		known.answered++
	}
}

// Slow reports whether a host was slow: it was asked, and did not answer for all of its images in a wave's time.
func (h *Hosts) Slow(name string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.byName[name]
	return known != nil && known.slow
}

// Left returns the host that has not answered for an image; nil if nothing is remembered of it. Slow says that the host
// was asked.
func (h *Hosts) Left(name string, slow bool) *Host {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.get(name)
	if known != nil && slow {
		known.slow = true
	}
	return known
}

// Slower returns the host that an entry is said to wait for if it waits for both: a slow one, or else a known one.
func Slower(a, b *Host) *Host {
	if a == nil || b != nil && b.slow && !a.slow {
		return b
	}
	return a
}
