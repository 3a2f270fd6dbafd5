package schedule

import (
	"time"

	"ecrmirror/internal/entry"
)

// A Backlog has the entries of a sweep that are put off. It takes some 40 bytes for each: the entries are read again.
type Backlog struct {
	hosts   *Hosts
	limit   Limit
	waiting map[uint64]waiting // by identity
}

// waiting is what is known of an entry that is put off.
type waiting struct {
	host   *Host // which has not answered; nil = that is not remembered
	behind time.Time
}

// NewBacklog returns an empty backlog for a sweep with a limit.
func NewBacklog(hosts *Hosts, limit Limit) *Backlog {
	return &Backlog{hosts: hosts, limit: limit, waiting: map[uint64]waiting{}}
}

// PutOff puts off an entry that waits for a host.
func (b *Backlog) PutOff(e *entry.Entry, h *Host) {
	b.waiting[identity(e)] = waiting{h, e.Status.Behind()}
}

// Len returns how many entries are put off.
func (b *Backlog) Len() int { return len(b.waiting) }

// Has reports whether an entry is put off.
func (b *Backlog) Has(e *entry.Entry) bool {
	_, ok := b.waiting[identity(e)]
	return ok
}

// identity tells entries apart: an image may be an entry of the table, and one of several selections, or of rules with
// other options of one.
func identity(e *entry.Entry) uint64 {
	if e.Selection == "" {
		return position(e.Source)
	}
	return position(e.Selection + "\x00" + e.Source + "\x00" + e.Platforms)
}

// A Draw takes some entries out of a backlog: those that come first at each host. All entries are handed to Add, and
// End returns those that are drawn.
type Draw struct {
	backlog *Backlog
	choice  *choice
	there   map[uint64]waiting
}

// Draw begins a draw for one later turn.
func (b *Backlog) Draw() *Draw {
	return &Draw{backlog: b, choice: newChoice(b.hosts, b.waiting, b.limit.later()), there: map[uint64]waiting{}}
}

// Add adds an entry of the table to the draw. One that is not put off is ignored.
func (d *Draw) Add(e entry.Entry) {
	at := identity(&e)
	if w, ok := d.backlog.waiting[at]; ok {
		d.there[at] = w
		d.choice.add(w.host, e)
	}
}

// End returns the entries that are drawn, and takes them out of the backlog. It takes out entries that were not added,
// too: they have been removed from the table.
func (d *Draw) End() []entry.Entry {
	d.backlog.waiting = d.there
	entries := d.choice.end()
	for _, e := range entries {
		delete(d.there, identity(&e))
	}
	return entries
}
