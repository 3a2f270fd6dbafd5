package dynamodb

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb/rows"
	"ecrmirror/localstack/dynamodb/value"
)

// maxTransaction is how many items a transaction may have; tokenLife is how long its token is remembered.
const (
	maxTransaction = 100
	tokenLife      = 10 * time.Minute
)

type transactWriteInput struct {
	TransactItems      []transactItem
	ClientRequestToken string
	reporting
}

type transactItem struct {
	ConditionCheck *deleteInput
	Put            *putInput
	Delete         *deleteInput
	Update         *updateInput
}

// A transaction is one that was done, as long as its token is remembered.
type transaction struct {
	items []transactItem
	until time.Time
}

// change returns what one member of a transaction is to do.
func (i transactItem) change(c awsjson.Caller, at int) (change, error) {
	named, err := i.check(at)
	if err != nil {
		return change{}, err
	}
	name, err := nameOf(c, named)
	if err != nil {
		return change{}, err
	}
	switch {
	case i.Put != nil:
		return i.Put.change(name)
	case i.Delete != nil:
		return i.Delete.change(name)
	case i.Update != nil:
		change, _, err := i.Update.change(name)
		return change, err
	default:
		change, err := i.ConditionCheck.change(name)
		change.apply = func(_ *table, _ rows.Key, old value.Item) (value.Item, error) { return old, nil }
		return change, err
	}
}

// check checks a member by itself and returns its table's name.
func (i transactItem) check(at int) (*string, error) {
	var wrong constraints
	var name *string
	n := 0
	member := func(what string, w writing, missing bool, required string) {
		path := fmt.Sprintf("transactItems.%d.member.%s.", at, what)
		wrong.required(w.TableName == nil, path+"tableName")
		wrong.required(missing, path+required)
		w.check(&wrong)
		name = w.TableName
		n++
	}
	if i.ConditionCheck != nil {
		member("conditionCheck", i.ConditionCheck.writing, i.ConditionCheck.Key == nil, "key")
		wrong.required(i.ConditionCheck.ConditionExpression == nil,
			fmt.Sprintf("transactItems.%d.member.conditionCheck.conditionExpression", at))
	}
	if i.Put != nil {
		member("put", i.Put.writing, i.Put.Item == nil, "item")
	}
	if i.Delete != nil {
		member("delete", i.Delete.writing, i.Delete.Key == nil, "key")
	}
	if i.Update != nil {
		member("update", i.Update.writing, i.Update.Key == nil, "key")
		wrong.required(i.Update.UpdateExpression == nil,
			fmt.Sprintf("transactItems.%d.member.update.updateExpression", at))
	}
	switch {
	case n == 0:
		return nil, invalid("Invalid Request: TransactWriteRequest should contain Delete or Put or Update request")
	case n > 1:
		return nil, invalid("TransactItems can only contain one of Check, Put, Update or Delete")
	}
	return name, wrong.err()
}

// count checks how many members a transaction has.
func count(wrong *constraints, n int, missing bool) {
	wrong.required(missing, "transactItems")
	switch {
	case missing:
	case n == 0:
		*wrong = append(*wrong,
			"Value '[]' at 'transactItems' failed to satisfy constraint: Member must have length greater than or "+
				"equal to 1")
	case n > maxTransaction:
		wrong.add(fmt.Sprintf("[%d items]", n), "transactItems", fmt.Sprintf("have length less than or equal to %d",
			maxTransaction))
	}
}

// transactWrite answers TransactWriteItems: all is done, or nothing.
func (t *tables) transactWrite(c awsjson.Caller, in transactWriteInput) (any, error) {
	var wrong constraints
	count(&wrong, len(in.TransactItems), in.TransactItems == nil)
	in.check(&wrong)
	if len(wrong) > 0 {
		return nil, wrong.err()
	}
	changes := make([]change, len(in.TransactItems))
	for i, item := range in.TransactItems {
		var err error
		if changes[i], err = item.change(c, i+1); err != nil {
			return nil, err
		}
	}
	if done, err := t.done(in); err != nil || done {
		return struct{}{}, err
	}
	all, units, err := t.tryAll(changes)
	if err != nil {
		return nil, err
	}
	for i, w := range all {
		if in.TransactItems[i].ConditionCheck == nil {
			w.commit()
		}
	}
	t.remember(in)
	return withCapacity(map[string]any{}, in.consumedAll(units)), nil
}

// tryAll finds out what a transaction does. One item may be in it once.
func (t *tables) tryAll(changes []change) ([]written, map[string]float64, error) {
	all := make([]written, len(changes))
	units := map[string]float64{}
	reasons := make([]reason, len(changes))
	cancelled := false
	for i, change := range changes {
		w, err := t.try(change)
		if err != nil && awsjson.ErrorOf(err).Code == "ResourceNotFoundException" {
			return nil, nil, err
		}
		for _, other := range all[:i] {
			if w.table != nil && w.sameItem(other) {
				return nil, nil, invalid("Transaction request cannot include multiple operations on one item")
			}
		}
		all[i], reasons[i] = w, reasonOf(err)
		cancelled = cancelled || err != nil
		units[change.table] += 2 * w.units()
	}
	if cancelled {
		return nil, nil, cancellation(reasons)
	}
	return all, units, nil
}

// A reason says why a member of a transaction has cancelled it, or that it has not.
type reason struct {
	Code    string
	Message string `json:",omitempty"`
	Item    any    `json:",omitempty"`
}

func reasonOf(err error) reason {
	if err == nil {
		return reason{Code: "None"}
	}
	e := awsjson.ErrorOf(err)
	if e.Code == "ConditionalCheckFailedException" {
		return reason{Code: "ConditionalCheckFailed", Message: e.Message, Item: e.Members["Item"]}
	}
	return reason{Code: "ValidationError", Message: e.Message}
}

func cancellation(reasons []reason) error {
	codes := make([]string, len(reasons))
	for i, r := range reasons {
		codes[i] = r.Code
	}
	e := awsjson.Errorf("TransactionCanceledException",
		"Transaction cancelled, please refer cancellation reasons for specific reasons [%s]", strings.Join(codes, ", "))
	e.Members = map[string]any{"CancellationReasons": reasons}
	return e
}

// done tells whether the transaction of this token was done in the last minutes.
func (t *tables) done(in transactWriteInput) (bool, error) {
	old, ok := t.tokens[in.ClientRequestToken]
	switch {
	case in.ClientRequestToken == "" || !ok || t.opts.Now().After(old.until):
		return false, nil
	case !reflect.DeepEqual(old.items, in.TransactItems):
		return false, awsjson.Errorf("IdempotentParameterMismatchException",
			"the ClientRequestToken was used for other TransactItems")
	}
	return true, nil
}

func (t *tables) remember(in transactWriteInput) {
	if t.tokens == nil {
		t.tokens = map[string]transaction{}
	}
	if in.ClientRequestToken != "" {
		t.tokens[in.ClientRequestToken] = transaction{in.TransactItems, t.opts.Now().Add(tokenLife)}
	}
}
