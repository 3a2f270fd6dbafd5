package entryfile

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ecrmirror/internal/table"
)

// A Step is what is to be done about one entry.
type Step struct {
	Change table.Change
	Entry  table.Entry // as it will be; as it is where it is removed, its source alone if its item is not a good entry
	Old    table.Entry // as it is where it is replaced; zero if its item is not a good entry
}

// Diff returns what makes the table's entries those of the file, sorted by source,
// and the items of the table that are no good entries. With prune, entries that the
// file does not have are removed; without it, and where the item is not a good entry,
// they stay. An entry of the file that has expired by now is not created, but ends
// one that is in the table. The error is that of reading the table.
func Diff(file []table.Entry, inTable iter.Seq2[table.Entry, error], prune bool, now time.Time) (steps []Step, bad []*table.EntryError, err error) {
	wanted := make(map[string]table.Entry, len(file))
	for _, e := range file {
		wanted[e.Source] = e
	}
	for old, err := range inTable {
		var wrong *table.EntryError
		source := old.Source
		switch {
		case errors.As(err, &wrong):
			source, old.Source = wrong.Source, wrong.Source
			bad = append(bad, wrong)
		case err != nil:
			return nil, nil, err
		}
		want, ok := wanted[source]
		delete(wanted, source)
		switch {
		case ok && want.ExpiredBy(now), !ok && prune && wrong == nil:
			steps = append(steps, Step{Change: table.Removed, Entry: old})
		case ok && wrong != nil:
			steps = append(steps, Step{Change: table.Replaced, Entry: want})
		case ok && want.Same(old):
			steps = append(steps, Step{Change: table.Kept, Entry: want, Old: old})
		case ok:
			steps = append(steps, Step{Change: table.Replaced, Entry: want, Old: old})
		}
	}
	for _, e := range wanted {
		if !e.ExpiredBy(now) {
			steps = append(steps, Step{Change: table.Created, Entry: e})
		}
	}
	slices.SortFunc(steps, func(a, b Step) int { return cmp.Compare(a.Entry.Source, b.Entry.Source) })
	return steps, bad, nil
}

// Table is where steps are taken. [table.Table] implements it.
type Table interface {
	Put(ctx context.Context, e table.Entry, now time.Time) (table.Change, error)
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
