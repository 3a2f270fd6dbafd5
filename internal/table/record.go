package table

import (
	"context"
	"errors"
	"sync"

	"ecrmirror/internal/entry"

	"github.com/aws/smithy-go"
)

// recordConcurrency is how many statuses are written at a time: at 20 ms a call 3,200 a second.
const recordConcurrency = 64

// A Recorder writes statuses, several at a time, and only those that are due. It may
// be used by several goroutines at once; Close ends it.
type Recorder struct {
	table *Table
	slots chan struct{}
	wg    sync.WaitGroup

	mu     sync.Mutex
	report Recorded
}

// Recorded says what became of the statuses given to a [Recorder].
type Recorded struct {
	Written   int // one call each
	Unchanged int // not due, so that no call was made
	Gone      int // the entry was removed meanwhile, or has a later status
	Failed    int // not written, because of an error or after one that all others would meet
	// Err is the first error, or the first that all others would meet; nil if Failed is 0. A status that is not written
	// is made good by the next check; nothing else is lost.
	Err error
}

// Recorder returns a recorder. The client should keep as many idle connections to
// DynamoDB as statuses are written at a time, 64.
func (t *Table) Recorder() *Recorder {
	return &Recorder{table: t, slots: make(chan struct{}, recordConcurrency)}
}

// Record writes the status of an entry as the update has it, if that is due or a mark. It
// returns before it is written, but waits while too many others are being written.
// After an error that all others would meet too (no table, no permission) or the
// end of ctx it writes nothing any more.
func (r *Recorder) Record(ctx context.Context, u entry.Update) {
	if !u.Mark && !u.Due() {
		r.count(func(n *Recorded) { n.Unchanged++ })
		return
	}
	select {
	case <-ctx.Done():
		r.settle(context.Cause(ctx))
		return
	case r.slots <- struct{}{}:
	}
	if r.hopeless() {
		<-r.slots
		r.count(func(n *Recorded) { n.Failed++ })
		return
	}
	r.wg.Go(func() {
		defer func() { <-r.slots }()
		r.settle(r.table.record(ctx, u))
	})
}

// Close waits for what is being written and returns what became of all. Nothing may
// be recorded after it.
func (r *Recorder) Close() Recorded {
	r.wg.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.report
}

func (r *Recorder) settle(err error) {
	r.count(func(n *Recorded) {
		switch {
		case err == nil:
			n.Written++
		case errors.Is(err, ErrGone), errors.Is(err, ErrOutdated):
			n.Gone++
		default:
			n.Failed++
			if n.Err == nil || !fatal(n.Err) && fatal(err) {
				n.Err = err
			}
		}
	})
}

func (r *Recorder) count(f func(*Recorded)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.report)
}

func (r *Recorder) hopeless() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return fatal(r.report.Err)
}

// fatal reports whether every other write would meet the same error.
func fatal(err error) bool {
	var api smithy.APIError
	return errors.Is(err, ErrNoTable) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &api) && api.ErrorCode() == "AccessDeniedException"
}
