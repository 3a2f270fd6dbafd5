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

// Reasons why a status is not written. Neither is a failure.
var (
	ErrGone     = errors.New("the entry was removed meanwhile")
	ErrOutdated = errors.New("a later check has written its status already")
)

// SetStatus writes the status of the entry with the given source. Its error wraps
// [ErrGone] if there is no such entry, which it never brings back; [ErrOutdated] if
// the status that is there is of a later check; [ErrNoTable] if there is no table.
func (t *Table) SetStatus(ctx context.Context, source string, s entry.Status) error {
	_, err := t.setStatus(ctx, source, s, condition{
		// There is none, or none that is one of ours, or an older one.
		"NOT attribute_type(#status.#checked, :text) OR #status.#checked <= :checked",
		item{":checked": stringValue(formTime(s.Checked)), ":text": stringValue("S")},
	})
	return err
}

// recordAttempts is how often a status is worked out anew that others write at the same time.
const recordAttempts = 5

// record writes the status of an update. Where another check has written one since the entry was
// read, the status is worked out from that: two checks of an entry at a time lose nothing of what either has found.
func (t *Table) record(ctx context.Context, read entry.Update) error {
	source, u := read.Entry.Source, read
	for range recordAttempts {
		there, err := t.setStatus(ctx, source, u.Status, unchanged(u.Entry.Status.Checked, u.Status.Checked))
		if !errors.Is(err, ErrOutdated) {
			return err
		}
		now := decodeStatus(there[contract.AttrStatus], read.Entry.AllDestinations())
		at := entry.Precise(u.Status.Checked)
		switch {
		case now.Checked.IsZero(): // somebody has spoiled it
			return t.SetStatus(ctx, source, u.Status)
		case now.Checked.After(at):
			return err
		case now.Checked.Equal(at) && now.Equal(u.Status): // the answer to this very write was lost
			return nil
		}
		u = read.Over(now)
	}
	return t.SetStatus(ctx, source, u.Status)
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

// setStatus writes a status on a condition. With ErrOutdated it returns what is there.
func (t *Table) setStatus(ctx context.Context, source string, s entry.Status, c condition) (there item, err error) {
	c.values[":status"] = encodeStatus(s)
	_, err = t.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:           aws.String(t.name),
		Key:                 key(source),
		UpdateExpression:    aws.String("SET #status = :status"),
		ConditionExpression: aws.String("attribute_exists(#source) AND (" + c.expression + ")"),
		ExpressionAttributeNames: map[string]string{
			"#source": contract.AttrSource, "#status": contract.AttrStatus, "#checked": memberChecked,
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
