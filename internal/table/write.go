package table

import (
	"context"
	"errors"
	"strings"
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
	Replaced Change = "replace" // there was another one, or an item that was an invalid entry
	Kept     Change = "keep"    // the same was there
	Removed  Change = "remove"
)

// Put creates the entry, or gives the one that is there its destinations and options.
// Other attributes, the status among them, stay: a destination that is still there
// keeps its own. It checks the entry first, see [entry.Entry.Problems], and refuses one
// that has expired by now; nothing is written then. Its error is an [*entry.Error].
func (t *Table) Put(ctx context.Context, e entry.Entry, now time.Time) (Change, error) {
	err := e.ValidateAt(now)
	if err != nil {
		return "", &entry.Error{Source: e.Source, Err: err}
	}
	return t.write(ctx, e, now)
}

func (t *Table) write(ctx context.Context, e entry.Entry, now time.Time) (Change, error) {
	update := assignment(e)
	out, err := t.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 aws.String(t.name),
		Key:                       key(e.Source),
		UpdateExpression:          aws.String(update.expression),
		ExpressionAttributeNames:  update.names,
		ExpressionAttributeValues: update.values,
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

// An update is one of an item: its expression, with the names and values in that.
type update struct {
	expression string
	names      map[string]string
	values     item
}

// assignment returns what gives an item the destinations and options of an entry.
func assignment(e entry.Entry) update {
	u := update{names: map[string]string{}}
	var set, absent []string
	for _, option := range append([]option{destinationAttribute}, options...) {
		alias := option.alias()
		u.names[alias] = option.name
		v := option.encode(e)
		if v == nil {
			absent = append(absent, alias)
			continue
		}
		if u.values == nil {
			u.values = item{}
		}
		value := ":" + alias[1:]
		set = append(set, alias+" = "+value)
		u.values[value] = v
	}
	if len(set) > 0 {
		u.expression = "SET " + strings.Join(set, ", ")
	}
	if len(absent) > 0 {
		u.expression += " REMOVE " + strings.Join(absent, ", ")
	}
	return u
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
	if err := entry.ValidateKey(source); err != nil {
		return false, &entry.Error{Source: source, Err: err}
	}
	if source == sourceGeneration { // which is no entry
		return false, nil
	}
	out, err := t.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: aws.String(t.name), Key: key(source), ReturnValues: types.ReturnValueAllOld,
	})
	if err != nil {
		return false, &entry.Error{Source: source, Err: t.failure(ctx, "writing", err)}
	}
	return len(out.Attributes) > 0, nil
}
