package table

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/batchget"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/sleep"
)

// MaxNamed is how many entries can be read by their sources together.
const MaxNamed = batchget.MaxKeys

// namedAttempts is how often keys are asked for that DynamoDB leaves out of its answers. The first
// wait between them is namedWait, the others double it.
const (
	namedAttempts = 5
	namedWait     = 50 * time.Millisecond
)

// Named iterates those entries that have the given sources, distinct and at most 100 of them, in
// no particular order. They are read in one strongly consistent call of DynamoDB.
//
// Sources of which there is no entry are passed over. An item that is an invalid entry yields an
// [*entry.Error]; one that has expired by now yields its source and an error that wraps
// [ErrExpired]; the iteration goes on after both. Any other error ends it, as in [Table.All].
func (t *Table) Named(ctx context.Context, sources []string, now time.Time) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		items, err := t.read(ctx, sources)
		switch {
		case isLarge(err) && len(sources) == 1:
			yield(entry.Entry{}, &entry.Error{Source: sources[0], Err: errLarge})
			return
		case isLarge(err): // one of them is, or all together
			for _, source := range sources {
				for e, err := range t.Named(ctx, []string{source}, now) {
					if !yield(e, err) {
						return
					}
				}
			}
			return
		case err != nil:
			yield(entry.Entry{}, err)
			return
		}
		for _, it := range items {
			e, expired, err := decode(it, now)
			if expired {
				e.Source, _ = textOf(contract.AttrSource, it[contract.AttrSource])
				err = fmt.Errorf("%w: %q", ErrExpired, e.Source)
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// read returns the items with these keys, as far as they exist.
func (t *Table) read(ctx context.Context, sources []string) ([]item, error) {
	if len(sources) == 0 {
		return nil, nil
	}
	if len(sources) > MaxNamed {
		return nil, fmt.Errorf(
			"reading table %q: %d entries asked for by name, more than %d", t.name, len(sources), MaxNamed)
	}
	keys := make([]item, len(sources))
	for i, source := range sources {
		keys[i] = key(source)
	}
	asked := types.KeysAndAttributes{Keys: keys, ConsistentRead: aws.Bool(true)} // with all attributes, see misspelled
	var items []item
	for attempt, wait := 1, namedWait; ; attempt, wait = attempt+1, 2*wait {
		left, err := batchget.Items(ctx, t.api, t.name, asked, limited, func(it item) { items = append(items, it) })
		switch {
		case err != nil:
			return nil, t.failure(ctx, "reading", err)
		case len(left.Keys) == 0:
			return items, nil
		case attempt == namedAttempts:
			return nil, t.failure(ctx, "reading", batchget.ErrUnread)
		}
		asked = left
		if err := sleep.For(ctx, wait); err != nil {
			return nil, t.failure(ctx, "reading", err)
		}
	}
}
