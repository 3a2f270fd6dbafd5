package ledgertable

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"ecrmirror/internal/ledger"
)

// The calls of jobs. A job's role may name PK, SK, hold and v where it reads, and PK, SK and outcome where it writes:
// an UpdateItem that may name v in a condition may set it, too, and a job could make a record one that no program of
// this version touches. So a job asks for the version before it writes. Where a program of a later version makes the
// record its own between the two, what is written is still the jobs' own attribute.

// ReadHold reads whether an image at a destination is held, as it is at the time of the call. An image without a record
// is not. The error is [ledger.ErrLater] if the record is of a later version: it is to be left alone, and its image
// with it.
func (t *Table) ReadHold(ctx context.Context, k ledger.Key) (ledger.Hold, error) {
	hold, _, err := t.readHold(ctx, k)
	return hold, err
}

// readHold also returns whether there is a record.
func (t *Table) readHold(ctx context.Context, k ledger.Key) (hold ledger.Hold, found bool, err error) {
	out, err := t.api.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(t.name), Key: DestinationKey(k), ConsistentRead: aws.Bool(true),
		ProjectionExpression: aws.String("#pk, #sk, #hold, #v"),
		ExpressionAttributeNames: map[string]string{
			"#pk": attrPartition, "#sk": attrSort, "#hold": attrHold, "#v": attrVersion,
		},
	})
	switch {
	case err != nil:
		return ledger.Hold{}, false, t.failure("reading", err)
	case len(out.Item) == 0:
		return ledger.Hold{}, false, nil
	case isLater(out.Item):
		return ledger.Hold{}, true, ledger.ErrLater
	}
	return DecodeDestination(out.Item).Hold, true, nil
}

// WriteOutcome writes what became of an image at a destination. It is all that a job may write. The error is
// [ErrNoRecord] if there is no record, which a job does not bring into being, and [ledger.ErrLater] if the record is of
// a later version.
func (t *Table) WriteOutcome(ctx context.Context, k ledger.Key, o ledger.Outcome) error {
	switch _, found, err := t.readHold(ctx, k); {
	case err != nil:
		return err
	case !found:
		return ErrNoRecord
	}
	u := update{names: map[string]string{"#pk": attrPartition}, values: Item{}}
	u.set(attrOutcome, encodeOutcome(o))
	u.conditions = append(u.conditions, "attribute_exists(#pk)")
	_, err := t.update(ctx, DestinationKey(k), u)
	if errors.Is(err, ErrOvertaken) {
		return ErrNoRecord // it was removed meanwhile
	}
	return err
}
