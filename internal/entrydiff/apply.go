package entrydiff

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/table"
)

// Table is where steps are taken. [table.Table] implements it.
type Table interface {
	Put(ctx context.Context, e entry.Entry, now time.Time) (table.Change, error)
	Remove(ctx context.Context, source string) (bool, error)
}

// applyConcurrency is how many entries are written at a time: at 20 ms a call 800 a second.
const applyConcurrency = 16

// Apply takes steps, several at a time, and returns how many were taken, those that
// keep an entry not among them. One that fails does not keep the others from being
// taken; the errors, in the order of the steps, say which did. When ctx ends, what
// has not begun is left.
func Apply(ctx context.Context, t Table, steps []Step, now time.Time) (taken int, err error) {
	slots := make(chan struct{}, applyConcurrency)
	errs := make([]error, len(steps)+1) // the last is why not all have begun
	var count atomic.Int64
	var wg sync.WaitGroup
	for i, step := range steps {
		if step.Change == table.Kept {
			continue
		}
		slots <- struct{}{}
		if ctx.Err() != nil {
			errs[len(steps)] = context.Cause(ctx)
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			if errs[i] = take(ctx, t, step, now); errs[i] == nil {
				count.Add(1)
			}
		})
	}
	wg.Wait()
	return int(count.Load()), errors.Join(errs...)
}

func take(ctx context.Context, t Table, step Step, now time.Time) error {
	if step.Change == table.Removed {
		_, err := t.Remove(ctx, step.Entry.Source)
		return err
	}
	_, err := t.Put(ctx, step.Entry, now)
	return err
}
