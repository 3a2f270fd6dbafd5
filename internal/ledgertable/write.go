package ledgertable

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/ledger"
)

// WriteSource writes what changed of an image at its source, and returns the record as it is then. The error wraps
// [ErrOvertaken] if another has written the record since it was read.
func (t *Table) WriteSource(ctx context.Context, k ledger.Key, read, now ledger.Source) (ledger.Source, error) {
	change, now, err := ChangeSource(k, read, now)
	if err != nil {
		return now, err
	}
	_, err = t.write(ctx, change)
	if err == nil && t.history.Keep > 0 {
		t.log(ctx, now.Changes(k, read))
	}
	return now, err
}

// WriteDestination writes what changed of an image at a destination, and never an outcome, which is a job's to write.
// It returns the record as it is then. The error wraps [ErrOvertaken] if the controller has written the record since it
// was read; the record that is there now is returned with it.
func (t *Table) WriteDestination(
	ctx context.Context, k ledger.Key, read, now ledger.Destination,
) (ledger.Destination, error) {
	change, now, err := ChangeDestination(k, read, now)
	if err != nil {
		return now, err
	}
	there, err := t.write(ctx, change)
	if err != nil {
		return DecodeDestination(there), err
	}
	if t.history.Keep > 0 {
		t.log(ctx, now.Changes(k, read, t.history.Now()))
	}
	return now, nil
}

// Overtaken reports whether an error says that another has written the record since it was read.
func (t *Table) Overtaken(err error) bool { return errors.Is(err, ErrOvertaken) }

// write makes a change. With ErrOvertaken it returns what is there.
func (t *Table) write(ctx context.Context, c Change) (Item, error) {
	u := update{names: map[string]string{}, values: Item{}}
	for _, name := range c.differing() {
		u.set(name, c.now[name])
	}
	u.still(attrRevision, number(c.revision))
	u.set(attrRevision, number(c.revision+1))
	u.names["#v"], u.values[":v"] = attrVersion, number(ledger.Version)
	u.conditions = append(u.conditions, "(attribute_not_exists(#v) OR #v = :v)")
	u.sets = append(u.sets, "#v = :v")
	u.refused = types.ReturnValuesOnConditionCheckFailureAllOld
	there, err := t.update(ctx, c.Key, u)
	if errors.Is(err, ErrOvertaken) && c.madeBy(there) {
		return nil, nil
	}
	return there, err
}

// An update is an UpdateItem in the making.
type update struct {
	names                     map[string]string
	values                    Item
	sets, removes, conditions []string
	// refused says what is returned where a condition does not hold. Zero: nothing.
	refused types.ReturnValuesOnConditionCheckFailure
}

// set has an attribute set to a value, or removed if that is nil.
func (u *update) set(name string, v types.AttributeValue) {
	u.names["#"+name] = name
	if v == nil {
		u.removes = append(u.removes, "#"+name)
		return
	}
	u.values[":"+name] = v
	u.sets = append(u.sets, fmt.Sprintf("#%s = :%s", name, name))
}

// still makes it a condition that an attribute has a value, or none if that is nil.
func (u *update) still(name string, v types.AttributeValue) {
	u.names["#"+name] = name
	if v == nil {
		u.conditions = append(u.conditions, fmt.Sprintf("attribute_not_exists(#%s)", name))
		return
	}
	u.values[":read_"+name] = v
	u.conditions = append(u.conditions, fmt.Sprintf("#%s = :read_%s", name, name))
}

func (u *update) expression() string {
	var parts []string
	if len(u.sets) > 0 {
		parts = append(parts, "SET "+strings.Join(u.sets, ", "))
	}
	if len(u.removes) > 0 {
		parts = append(parts, "REMOVE "+strings.Join(u.removes, ", "))
	}
	return strings.Join(parts, " ")
}

// update makes the call. With ErrOvertaken and ErrLater it returns what is there, if the update asks for that.
func (t *Table) update(ctx context.Context, key Item, u update) (Item, error) {
	_, err := t.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: aws.String(t.name), Key: key,
		UpdateExpression: aws.String(u.expression()), ConditionExpression: aws.String(strings.Join(u.conditions, " AND ")),
		ExpressionAttributeNames: u.names, ExpressionAttributeValues: u.values,
		ReturnValuesOnConditionCheckFailure: u.refused,
	})
	var refused *types.ConditionalCheckFailedException
	switch {
	case err == nil:
		return nil, nil
	case !errors.As(err, &refused):
		return nil, t.failure("writing", err)
	case len(refused.Item) > 0 && isLater(refused.Item):
		return refused.Item, ledger.ErrLater
	}
	return refused.Item, ErrOvertaken
}
