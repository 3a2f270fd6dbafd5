package schedule

import (
	"time"

	"ecrmirror/internal/entry"
)

// A Backlog is the entries of a sweep that are put off. It takes some 40 bytes for each, and no more: they are read
// again.
type Backlog struct {
	hosts   *Hosts
	limit   Limit
	waiting map[uint64]waiting // by position
}

// waiting is what is known of an entry that is put off.
type waiting struct {
	host   *Host // which has not answered; nil = that is not remembered
	behind time.Time
}

// NewBacklog returns the backlog of a sweep with a limit, which is empty.
func NewBacklog(hosts *Hosts, limit Limit) *Backlog {
	return &Backlog{hosts: hosts, limit: limit, waiting: map[uint64]waiting{}}
}

// PutOff puts off an entry that waits for a host.
func (b *Backlog) PutOff(e *entry.Entry, h *Host) {
	b.waiting[position(e.Source)] = waiting{h, e.Status.Behind()}
}

// Len returns how many entries are put off.
func (b *Backlog) Len() int { return len(b.waiting) }

// Has reports whether the entry of a source is put off.
func (b *Backlog) Has(source string) bool {
	_, ok := b.waiting[position(source)]
	return ok
}

// A Draw takes some entries out of a backlog: of each host what comes first there. All entries are handed to Add, and
// End returns those that are drawn.
type Draw struct {
	backlog *Backlog
	choice  *choice
	there   map[uint64]waiting
}

// Draw begins to take out entries for one later turn.
func (b *Backlog) Draw() *Draw {
	return &Draw{backlog: b, choice: newChoice(b.hosts, b.waiting, b.limit.later()), there: map[uint64]waiting{}}
}

// Add takes an entry into account, which may or may not be put off.
func (d *Draw) Add(e entry.Entry) {
	at := position(e.Source)
	if w, ok := d.backlog.waiting[at]; ok {
		d.there[at] = w
		d.choice.add(w.host, e)
	}
}

// End returns the entries that are drawn, which are put off no more. Nor are those that Add was not told of: they have
// been removed.
func (d *Draw) End() []entry.Entry {
	d.backlog.waiting = d.there
	entries := d.choice.end()
	for _, e := range entries {
		delete(d.there, position(e.Source))
	}
	return entries
}
