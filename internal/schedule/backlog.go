package schedule

import (
	"time"

	"ecrmirror/internal/entry"
)

// A Backlog has the entries of a sweep that are put off. It takes some 50 bytes for each: the entries are read again.
type Backlog struct {
	hosts   *Hosts
	limit   Limit
	waiting map[identity]waiting
}

// waiting is what is known of an entry that is put off.
type waiting struct {
	host   *Host // which has not answered; nil = that is not remembered
	behind time.Time
}

// NewBacklog returns an empty backlog for a sweep with a limit.
func NewBacklog(hosts *Hosts, limit Limit) *Backlog {
	return &Backlog{hosts: hosts, limit: limit, waiting: map[identity]waiting{}}
}

// PutOff puts off an entry that waits for a host.
func (b *Backlog) PutOff(e *entry.Entry, h *Host) {
	b.waiting[identityOf(e)] = waiting{h, e.Status.Behind()}
}

// Len returns how many entries are put off.
func (b *Backlog) Len() int { return len(b.waiting) }

// Has reports whether an entry is put off.
func (b *Backlog) Has(e *entry.Entry) bool {
	_, ok := b.waiting[identityOf(e)]
	return ok
}

// An identity tells entries apart: an image may be an entry of the table, and one of several selections, or of rules of
// one that want other things of it.
type identity struct {
	at    uint64
	wants entry.Wants // zero of an entry of the table
}

func identityOf(e *entry.Entry) identity {
	if e.Selection == "" {
		return identity{at: position(e.Source)}
	}
	return identity{position(e.Selection + "\x00" + e.Source), e.Wants()}
}

// A Draw takes some entries out of a backlog: those that come first at each host. All entries are handed to Add, and
// End returns those that are drawn.
type Draw struct {
	backlog *Backlog
	choice  *choice
	there   map[identity]waiting
}

// Draw begins a draw for one later turn.
func (b *Backlog) Draw() *Draw {
	return &Draw{backlog: b, choice: newChoice(b.hosts, b.waiting, b.limit.later()), there: map[identity]waiting{}}
}

// Add adds an entry of the table to the draw. One that is not put off is ignored.
func (d *Draw) Add(e entry.Entry) {
	at := identityOf(&e)
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
		delete(d.there, identityOf(&e))
	}
	return entries
}
