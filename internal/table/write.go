package table

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/entry"
)

// A Change says what writing an entry does, or did, to the table.
type Change string

// The changes.
const (
	Created  Change = "create"  // there was none, or only an expired one
	Replaced Change = "replace" // there was another one, or an item that was not a good entry
	Kept     Change = "keep"    // the same was there
	Removed  Change = "remove"
)

// Put creates the entry, or gives the one that is there its destinations and expiry.
// Other attributes, the status among them, stay: a destination that is still there
// keeps its own. It checks the entry first, see [entry.Entry.Problems], and refuses one
// that has expired by now; nothing is written then. Its error is an [*entry.Error].
func (t *Table) Put(ctx context.Context, e entry.Entry, now time.Time) (Change, error) {
	err := e.CheckAt(now)
	if err != nil {
		return "", &entry.Error{Source: e.Source, Err: err}
	}
	return t.write(ctx, e, now)
}

func (t *Table) write(ctx context.Context, e entry.Entry, now time.Time) (Change, error) {
	set, values := "SET #destination = :destination, #expires = :expires", item{":destination": encodeDestinations(e.Destinations)}
	if e.Expires.IsZero() {
		set = "SET #destination = :destination REMOVE #expires"
	} else {
		values[":expires"] = encodeExpiry(e.Expires)
	}
	out, err := t.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 aws.String(t.name),
		Key:                       key(e.Source),
		UpdateExpression:          aws.String(set),
		ExpressionAttributeNames:  map[string]string{"#destination": contract.AttrDestination, "#expires": contract.AttrExpires},
		ExpressionAttributeValues: values,
		ReturnValues:              types.ReturnValueAllOld,
	})
	if err != nil {
		return "", &entry.Error{Source: e.Source, Err: t.failure(ctx, "writing", err)}
	}
	old, expired, err := decode(out.Attributes, now)
	switch {
	case expired:
		return Created, t.forget(ctx, e.Source, out.Attributes)
	case len(out.Attributes) == 0:
		return Created, nil
	case err == nil && old.Same(e):
		return Kept, nil
	}
	return Replaced, nil
}

// forget removes the status of an expired entry that has become a new one.
func (t *Table) forget(ctx context.Context, source string, old item) error {
	if old[contract.AttrStatus] == nil {
		return nil
	}
	_, err := t.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 aws.String(t.name),
		Key:                       key(source),
		UpdateExpression:          aws.String("REMOVE #status"),
		ConditionExpression:       aws.String("#status = :old"), // nobody has written a new one
		ExpressionAttributeNames:  map[string]string{"#status": contract.AttrStatus},
		ExpressionAttributeValues: item{":old": old[contract.AttrStatus]},
	})
	var refused *types.ConditionalCheckFailedException
	if err == nil || errors.As(err, &refused) {
		return nil
	}
	return &entry.Error{Source: source, Err: t.failure(ctx, "writing", err)}
}

// Remove removes the entry with the given source, whatever its item holds, and
// reports whether it was there. Destinations keep their images.
func (t *Table) Remove(ctx context.Context, source string) (bool, error) {
	if err := entry.CheckKey(source); err != nil {
		return false, &entry.Error{Source: source, Err: err}
	}
	out, err := t.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: aws.String(t.name), Key: key(source), ReturnValues: types.ReturnValueAllOld,
	})
	if err != nil {
		return false, &entry.Error{Source: source, Err: t.failure(ctx, "writing", err)}
	}
	return len(out.Attributes) > 0, nil
}
