package dynamodb

import (
	"slices"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb/expression"
	"ecrmirror/localstack/dynamodb/rows"
	"ecrmirror/localstack/dynamodb/value"
)

// maxItem is how large an item may be, in bytes.
const maxItem = 400 << 10

// writing is the part of requests that write one item under a condition.
type writing struct {
	TableName                           *string
	ConditionExpression                 *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           value.Item
	ReturnValues                        string
	ReturnValuesOnConditionCheckFailure string
	reporting
}

// A change is one item's: what it must be like, and what becomes of it.
type change struct {
	table     string
	condition expression.Condition // nil if any will do
	showItem  bool                 // of a failed condition
	// key returns the key of the item in its table.
	key func(keySchema) (rows.Key, error)
	// apply returns the item as it becomes; nil if it is to be gone.
	apply func(table *table, key rows.Key, old value.Item) (value.Item, error)
}

// begin checks what is in the model of the API, and returns the table's name. Missing tells that the member which
// the operation requires is not there.
func (w writing) begin(c awsjson.Caller, missing bool, required string) (string, error) {
	name, err := nameOf(c, w.TableName)
	if err != nil {
		return "", err
	}
	var wrong constraints
	wrong.required(missing, required)
	wrong.oneOf(w.ReturnValues, "returnValues", "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
	w.check(&wrong)
	w.reporting.check(&wrong)
	return name, wrong.err()
}

// parse reads the request's condition. Update is an update expression that uses the same names and values; nil if
// there is none. No says what a request without any expression lacks.
func (w writing) parse(update *string, no string) (expression.Condition, expression.Update, error) {
	var condition expression.Condition
	var changes expression.Update
	none := w.ConditionExpression == nil && update == nil
	if !none {
		no = ""
	}
	subs, err := expression.NewSubstitutes(w.ExpressionAttributeNames, w.ExpressionAttributeValues, none, no)
	if err != nil {
		return nil, changes, err
	}
	if update != nil {
		if changes, err = expression.ParseUpdate(*update, subs); err != nil {
			return nil, changes, err
		}
	}
	if w.ConditionExpression != nil {
		if condition, err = expression.ParseCondition("ConditionExpression", *w.ConditionExpression, subs); err != nil {
			return nil, changes, err
		}
	}
	return condition, changes, subs.Unused()
}

// check checks what members of transactions have too.
func (w writing) check(wrong *constraints) {
	wrong.oneOf(w.ReturnValuesOnConditionCheckFailure, "returnValuesOnConditionCheckFailure", "ALL_OLD", "NONE")
}

func (w writing) showItem() bool { return w.ReturnValuesOnConditionCheckFailure == "ALL_OLD" }

// A written is what a change did, or would do.
type written struct {
	table    *table
	key      rows.Key
	old, now value.Item // nil if there is none
}

// try finds out what a change does, without doing it. Its error is a
// ConditionalCheckFailedException where the item is not as it must be.
func (t *tables) try(c change) (written, error) {
	table, err := t.table(c.table)
	if err != nil {
		return written{}, err
	}
	key, err := c.key(table.keys)
	if err != nil {
		return written{}, err
	}
	w := written{table: table, key: key, old: table.rows.Get(key)}
	if c.condition != nil && !c.condition.Holds(w.old) {
		failed := awsjson.Errorf("ConditionalCheckFailedException", "The conditional request failed")
		if c.showItem && w.old != nil {
			failed.Members = map[string]any{"Item": w.old}
		}
		return w, failed
	}
	w.now, err = c.apply(table, key, w.old)
	return w, err
}

// commit does what was tried.
func (w written) commit() {
	if w.now == nil {
		w.table.rows.Delete(w.key)
	} else {
		w.table.rows.Put(w.key, w.now)
	}
}

// write does a change, and answers with what is returned of the item.
func (t *tables) write(c change, report reporting, returned func(written) value.Item) (any, error) {
	w, err := t.try(c)
	if err != nil {
		return nil, err
	}
	w.commit()
	t.consume(0, w.units())
	out := map[string]any{}
	if attributes := returned(w); len(attributes) > 0 {
		out["Attributes"] = attributes
	}
	return withCapacity(out, report.consumed(c.table, w.units())), nil
}

// units is the capacity that the change takes.
func (w written) units() float64 { return writes(w.old.Size(), w.now.Size()) }

var errReturnValues = invalid("Return values set to invalid value")

// oldOnly refuses what returns anything but the old item.
func oldOnly(returnValues string) error {
	if slices.Contains([]string{"", "NONE", "ALL_OLD"}, returnValues) {
		return nil
	}
	return errReturnValues
}
