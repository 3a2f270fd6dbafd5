package controller

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
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
	return fmt.Sprintf("not looked at: %s answered for %d images in the %s of this sweep; first in the next", e.host, e.answered, e.limit)
}

// DeferredUntil implements [deferral].
func (e *unreachedError) DeferredUntil() time.Time { return time.Time{} }

// unreached returns why an entry that waits for a host was not looked at.
func (r *run) unreached(h *host) error {
	e := &unreachedError{host: h.named(), limit: r.limit}
	if h != nil {
		e.answered = h.answered
	}
	return e
}

// tellUnreached puts down what was not looked at: in the report, and in the log, by the hosts that have not answered.
func (r *run) tellUnreached(ctx context.Context) {
	r.mu.Lock() // jobs are still being submitted
	defer r.mu.Unlock()
	entries := map[*host]int{}
	for _, w := range r.waiting {
		entries[w.host]++
		if !w.behind.IsZero() {
			r.report.OldestLag = max(r.report.OldestLag, r.clock().Sub(w.behind))
		}
	}
	r.report.Unreached = len(r.waiting)
	r.report.Entries += len(r.waiting)
	most := slices.SortedFunc(maps.Keys(entries), func(a, b *host) int {
		return cmp.Or(entries[b]-entries[a], strings.Compare(a.named(), b.named()))
	})
	for _, h := range most[:min(len(most), maxUnreached)] {
		r.log.WarnContext(ctx, "entries not looked at", "entries", entries[h], "reason", r.unreached(h).Error())
	}
	if more := len(most) - maxUnreached; more > 0 {
		r.log.WarnContext(ctx, "entries not looked at", "hosts", more, "reason", "as the above, for other hosts")
	}
	if r.report.Unread {
		r.log.WarnContext(ctx, "the table was not read to its end", "reason", fmt.Sprintf("the %s of this sweep were up", r.limit))
	}
}

// maxUnreached is how many hosts are named that have not answered.
const maxUnreached = 20

// planUnreached returns a decision for each entry that was not looked at.
func (r *run) planUnreached(ctx context.Context) (decisions []Decision) {
	if len(r.waiting) == 0 {
		return nil
	}
	for entry, err := range r.all(ctx) {
		if w, ok := r.waiting[position(entry.Source)]; ok && err == nil {
			decisions = append(decisions, Decision{Source: entry.Source, Err: r.unreached(w.host)})
		}
	}
	return decisions
}
