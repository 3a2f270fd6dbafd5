package controller

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/schedule"
)

// A tally puts down what became of entries: in the report, the log and their statuses. It is safe for concurrent use.
type tally struct {
	log      *slog.Logger
	clock    func() time.Time
	began    time.Time
	recorder Recorder           // nil = no status is written
	found    func(entry.Result) // nil = nobody is told

	summary summary // of selections

	mu     sync.Mutex
	report Report
	// Why artifacts were not looked at, and destinations whose artifacts can't be listed, by the first of them.
	notLooked, notListed because
}

// because is why something is not done: what the first was, its reason, and how many there are.
type because struct {
	first string
	why   error
	n     int
}

func (b *because) add(what string, why error) {
	if b.n++; b.n == 1 {
		b.first, b.why = what, why
	}
}

// result puts down a result, without its status.
func (t *tally) result(ctx context.Context, r entry.Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.report.add(r)
	if t.found != nil {
		t.found(r)
		return
	}
	logResult(ctx, t.log, r)
}

// jobs counts what became of requests; several may go by one job.
func (t *tally) jobs(results []jobs.Result) {
	submitted := map[string]bool{}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range results {
		for _, job := range r.Submitted {
			submitted[job.ID] = true
		}
		t.report.InFlight += len(r.InFlight)
	}
	t.report.Submitted += len(submitted)
}

// looked counts an image whose artifacts were looked at.
func (t *tally) looked() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.report.Looked++
}

// unlooked puts down that the artifacts of an image were not looked at.
func (t *tally) unlooked(source string, why error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.notLooked.add(source, why)
}

// unlisted puts down that a destination does not let its artifacts be listed.
func (t *tally) unlisted(destination string, why error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.notListed.add(destination, why)
}

// brought counts the jobs that bring artifacts alone.
func (t *tally) brought(results []jobs.Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range results {
		t.report.Bringing += len(r.Submitted)
	}
}

// conclude puts down what became of an image in the end.
func (t *tally) conclude(ctx context.Context, i image, r entry.Result) {
	t.result(ctx, r)
	if i.entry == nil {
		return
	}
	if i.entry.Selection != "" {
		t.summary.add(i, r)
		return
	}
	u := t.update(i, r)
	t.mu.Lock()
	t.report.lag(u)
	t.mu.Unlock()
	if t.recorder != nil && i.entry.Source != "" {
		t.recorder.Record(ctx, u)
	}
}

// mark has the status of an entry written whether or not that is due.
func (t *tally) mark(ctx context.Context, i image, r entry.Result) {
	if i.entry.Selection != "" { // which has no status of its own
		return
	}
	u := t.update(i, r)
	u.Mark = true
	t.recorder.Record(ctx, u)
}

// update returns what a result does to the entry's status. A result for which nothing was asked is of now.
func (t *tally) update(i image, r entry.Result) entry.Update {
	if r.Time.IsZero() {
		r.Time = t.clock()
	}
	return i.entry.Update(r)
}

// unread puts down that the time was up before the table was read to its end.
func (t *tally) unread() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.report.Unread = true
}

// maxUnreached is how many hosts are named that have not answered.
const maxUnreached = 20

// unreached puts down what was not looked at, by the hosts that have not answered.
func (t *tally) unreached(ctx context.Context, b *schedule.Backlog, limit time.Duration) {
	t.mu.Lock() // jobs are still being submitted
	defer t.mu.Unlock()
	if behind := b.Behind(); !behind.IsZero() {
		t.report.OldestLag = max(t.report.OldestLag, t.clock().Sub(behind))
	}
	t.report.Unreached = b.Len()
	t.report.Entries += b.Len()
	left := b.Remainders()
	for _, of := range left[:min(len(left), maxUnreached)] {
		t.log.WarnContext(ctx, "entries not looked at", "entries", of.Entries, "reason", of.Err.Error())
	}
	if more := len(left) - maxUnreached; more > 0 {
		t.log.WarnContext(ctx, "entries not looked at", "hosts", more, "reason", "as the above, for other hosts")
	}
	if t.report.Unread {
		why := fmt.Sprintf("the %s of this sweep were up", limit)
		t.log.WarnContext(ctx, "the table was not read to its end", "reason", why)
	}
}

// close waits until the statuses are written, warns of those that could not be, and returns the report.
func (t *tally) close(ctx context.Context) Report {
	updates, behind := t.summary.updates(t.clock())
	if !behind.IsZero() {
		t.report.OldestLag = max(t.report.OldestLag, t.clock().Sub(behind))
	}
	for _, u := range updates {
		t.report.lag(u)
		if t.recorder != nil {
			t.recorder.Record(ctx, u)
		}
	}
	if t.recorder != nil {
		recorded := t.recorder.Close()
		t.report.Unrecorded = recorded.Failed
		if recorded.Failed > 0 && ctx.Err() == nil && !errors.Is(recorded.Err, context.Canceled) {
			t.log.Warn("statuses not written", "entries", recorded.Failed, "reason", recorded.Err.Error())
		}
	}
	if b := t.notLooked; b.n > 0 && ctx.Err() == nil {
		t.log.Warn("artifacts not looked at", "images", b.n, "source", b.first, "reason", b.why)
	}
	if b := t.notListed; b.n > 0 && ctx.Err() == nil {
		t.log.Warn("artifacts of destinations can't be listed: those that come later are brought once",
			"images", b.n, "destination", b.first, "reason", b.why)
	}
	t.report.Duration = t.clock().Sub(t.began)
	return t.report
}
