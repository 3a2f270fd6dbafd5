package schedule

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ecrmirror/internal/entry"
)

// An unreachedError is why an entry was not looked at.
type unreachedError struct {
	host     string // "" if that is not known
	answered int    // images
	limit    time.Duration
}

func (e *unreachedError) Error() string {
	if e.host == "" {
		return fmt.Sprintf("not looked at in the %s of this sweep; first in the next", e.limit)
	}
	return fmt.Sprintf("not looked at: %s answered for %d images in the %s of this sweep; first in the next",
		e.host, e.answered, e.limit)
}

// DeferredUntil implements [entry.Deferral].
func (e *unreachedError) DeferredUntil() time.Time { return time.Time{} }

// Unreached returns why an entry that is put off was not looked at. It is an [entry.Deferral].
func (b *Backlog) Unreached(e *entry.Entry) error {
	return b.unreached(b.waiting[identityOf(e)].host)
}

func (b *Backlog) unreached(h *Host) error {
	e := &unreachedError{host: h.named(), limit: b.limit.Time}
	if h != nil {
		e.answered = h.answered
	}
	return e
}

// A Remainder is the entries that wait for one host.
type Remainder struct {
	Entries int
	Err     error // why they were not looked at
}

// Remainders returns what waits for each host, the host with the most entries first.
func (b *Backlog) Remainders() []Remainder {
	entries := map[*Host]int{}
	for _, w := range b.waiting {
		entries[w.host]++
	}
	hosts := slices.SortedFunc(maps.Keys(entries), func(a, b *Host) int {
		return cmp.Or(entries[b]-entries[a], strings.Compare(a.named(), b.named()))
	})
	list := make([]Remainder, len(hosts))
	for i, h := range hosts {
		list[i] = Remainder{entries[h], b.unreached(h)}
	}
	return list
}

// Behind returns the earliest time since which an entry of the backlog is behind; zero if none is.
func (b *Backlog) Behind() (first time.Time) {
	for _, w := range b.waiting {
		if !w.behind.IsZero() && (first.IsZero() || w.behind.Before(first)) {
			first = w.behind
		}
	}
	return first
}
