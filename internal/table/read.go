package table

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/entry"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// All iterates the entries that have not expired by now, in no particular order,
// reading the table page by page as the iteration goes.
//
// An item that is an invalid entry yields an [*entry.Error], and the iteration goes
// on. Any other error ends it: one that wraps [ErrNoTable] or [ErrWrongKey], or one of
// DynamoDB or the context. The read is not a snapshot: entries written meanwhile may be missed.
func (t *Table) All(ctx context.Context, now time.Time) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		seen := false
		for items, err := range t.pages(ctx) {
			if bad, ok := errors.AsType[*entry.Error](err); ok {
				if !yield(entry.Entry{}, bad) {
					return
				}
				continue
			}
			if err != nil {
				yield(entry.Entry{}, t.failure(ctx, "reading", err))
				return
			}
			for _, it := range items {
				if !seen && !hasKey(it) {
					if wrong := t.wrongKey(ctx); wrong != nil {
						yield(entry.Entry{}, wrong)
						return
					}
				}
				seen = true
				e, expired, err := decode(it, now)
				if !expired && !yield(e, err) {
					return
				}
			}
		}
		if seen {
			return
		}
		// An empty table is as good as any, or the first sign of a wrong name.
		if wrong := t.wrongKey(ctx); wrong != nil {
			yield(entry.Entry{}, wrong)
		}
	}
}

// Get returns the entry with the given source, by a strongly consistent read of
// its key. Its error wraps [ErrNotFound] if there is none, [ErrExpired] if it has
// expired by now, [ErrNoTable] if there is no table, [ErrWrongKey] if it is another one; it is an [*entry.Error] if
// the item is an invalid entry.
func (t *Table) Get(ctx context.Context, source string, now time.Time) (entry.Entry, error) {
	pages := dynamodb.NewQueryPaginator(t.api, &dynamodb.QueryInput{
		TableName:                aws.String(t.name),
		ConsistentRead:           aws.Bool(true),
		KeyConditionExpression:   aws.String("#source = :source"),
		ExpressionAttributeNames: map[string]string{"#source": contract.AttrSource},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":source": &types.AttributeValueMemberS{Value: source},
		},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, limited)
		switch {
		case isLarge(err):
			return entry.Entry{}, &entry.Error{Source: source, Err: errLarge}
		case err != nil:
			return entry.Entry{}, t.failure(ctx, "reading", err)
		}
		for _, it := range page.Items {
			e, expired, err := decode(it, now)
			if expired {
				err = fmt.Errorf("%w: %q", ErrExpired, source)
			}
			return e, err
		}
	}
	return entry.Entry{}, fmt.Errorf("%w: %q", ErrNotFound, source)
}
