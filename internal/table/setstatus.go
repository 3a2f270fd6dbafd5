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

// Why a status was not written, which is nothing to worry about.
var (
	ErrGone     = errors.New("the entry was removed meanwhile")
	ErrOutdated = errors.New("a later check has written its status already")
)

// SetStatus writes the status of the entry with the given source. Its error wraps
// [ErrGone] if there is no such entry, which it never brings back; [ErrOutdated] if
// the status that is there is of a later check; [ErrNoTable] if there is no table.
func (t *Table) SetStatus(ctx context.Context, source string, s entry.Status) error {
	_, err := t.setStatus(ctx, source, s, condition{
		"NOT attribute_type(#status.#checked, :text) OR #status.#checked <= :checked", // none, or none that is one of ours
		item{":checked": stringValue(formTime(s.Checked)), ":text": stringValue("S")},
	})
	return err
}

// recordAttempts is how often a status is worked out anew that others write at the same time.
const recordAttempts = 5

// record writes the status that an entry has after a check. Where another check has written one since the entry was
// read, the status is worked out from that: two checks of an entry at a time lose nothing of what either has found.
func (t *Table) record(ctx context.Context, e entry.Entry, c entry.Check) error {
	read := e.Status
	for range recordAttempts {
		s := e.AfterBoth(read, c)
		there, err := t.setStatus(ctx, e.Source, s, unchanged(e.Status.Checked, s.Checked))
		if !errors.Is(err, ErrOutdated) {
			return err
		}
		e.Status = decodeStatus(there[contract.AttrStatus], e.Destinations)
		switch checked := e.Status.Checked; {
		case checked.IsZero(): // somebody has spoiled it
			return t.SetStatus(ctx, e.Source, s)
		case checked.After(entry.Precise(s.Checked)):
			return err
		case checked.Equal(entry.Precise(s.Checked)) && e.Status.Equal(s): // the answer to this very write was lost
			return nil
		}
	}
	return t.SetStatus(ctx, e.Source, e.AfterBoth(read, c))
}

// A condition is one that a status is written on.
type condition struct {
	expression string
	values     item
}

// unchanged is the condition that the status is still of the check at that time, and not later than the one now.
func unchanged(read, now time.Time) condition {
	if read.IsZero() {
		return condition{"NOT attribute_type(#status.#checked, :text)", item{":text": stringValue("S")}}
	}
	return condition{
		"#status.#checked = :read AND #status.#checked <= :checked",
		item{":read": stringValue(formTime(read)), ":checked": stringValue(formTime(now))},
	}
}

func stringValue(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// setStatus writes a status on a condition. With ErrOutdated it returns what is there.
func (t *Table) setStatus(ctx context.Context, source string, s entry.Status, c condition) (there item, err error) {
	c.values[":status"] = encodeStatus(s)
	_, err = t.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:           aws.String(t.name),
		Key:                 key(source),
		UpdateExpression:    aws.String("SET #status = :status"),
		ConditionExpression: aws.String("attribute_exists(#source) AND (" + c.expression + ")"),
		ExpressionAttributeNames: map[string]string{
			"#source": names()["#source"], "#status": names()["#status"], "#checked": memberChecked,
		},
		ExpressionAttributeValues:           c.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var refused *types.ConditionalCheckFailedException
	switch {
	case err == nil:
		return nil, nil
	case !errors.As(err, &refused):
		err = t.failure(ctx, "writing", err)
	case len(refused.Item) == 0:
		err = ErrGone
	default:
		there, err = refused.Item, ErrOutdated
	}
	return there, &entry.Error{Source: source, Err: err}
}
