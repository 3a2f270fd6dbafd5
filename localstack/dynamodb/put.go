package dynamodb

import (
	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb/expression"
	"ecrmirror/localstack/dynamodb/rows"
	"ecrmirror/localstack/dynamodb/value"
)

type putInput struct {
	writing
	Item         value.Item
	ReturnValues string
	reporting
}

// put answers PutItem.
func (t *tables) put(c awsjson.Caller, in putInput) (any, error) {
	name, err := nameOf(c, in.TableName)
	if err != nil {
		return nil, err
	}
	var wrong constraints
	wrong.required(in.Item == nil, "item")
	returning(&wrong, in.ReturnValues)
	in.writing.check(&wrong)
	in.reporting.check(&wrong)
	if len(wrong) > 0 {
		return nil, wrong.err()
	}
	if err := oldOnly(in.ReturnValues); err != nil {
		return nil, err
	}
	change, err := in.change(name)
	if err != nil {
		return nil, err
	}
	return t.write(change, in.ReturnValues, in.reporting)
}

// change reads what is put, and when.
func (in putInput) change(name string) (change, error) {
	if err := in.Item.Err(); err != nil {
		return change{}, err
	}
	condition, _, err := in.parse(nil, ": ConditionExpression is null")
	return putting(name, in.Item, condition, in.showItem()), err
}

// putting is a change that puts an item.
func putting(name string, item value.Item, condition expression.Condition, showItem bool) change {
	return change{
		table: name, condition: condition, showItem: showItem,
		key: func(keys keySchema) (rows.Key, error) { return keys.keyOf(item) },
		apply: func(*table, rows.Key, value.Item) (value.Item, error) {
			if item.Size() > maxItem {
				return nil, invalid("Item size has exceeded the maximum allowed size")
			}
			return item, nil
		},
	}
}

// deleting is a change that takes the item of a key away.
func deleting(name string, key value.Item, condition expression.Condition, showItem bool) change {
	return change{
		table: name, condition: condition, showItem: showItem,
		key:   func(keys keySchema) (rows.Key, error) { return keys.keyFrom(key) },
		apply: func(*table, rows.Key, value.Item) (value.Item, error) { return nil, nil },
	}
}

type deleteInput struct {
	writing
	Key          value.Item
	ReturnValues string
	reporting
}

// delete answers DeleteItem.
func (t *tables) delete(c awsjson.Caller, in deleteInput) (any, error) {
	name, err := nameOf(c, in.TableName)
	if err != nil {
		return nil, err
	}
	var wrong constraints
	wrong.required(in.Key == nil, "key")
	returning(&wrong, in.ReturnValues)
	in.writing.check(&wrong)
	in.reporting.check(&wrong)
	if len(wrong) > 0 {
		return nil, wrong.err()
	}
	if err := oldOnly(in.ReturnValues); err != nil {
		return nil, err
	}
	change, err := in.change(name)
	if err != nil {
		return nil, err
	}
	return t.write(change, in.ReturnValues, in.reporting)
}

// change reads what is deleted, and when.
func (in deleteInput) change(name string) (change, error) {
	if err := in.Key.Err(); err != nil {
		return change{}, err
	}
	condition, _, err := in.parse(nil, ": ConditionExpression is null")
	return deleting(name, in.Key, condition, in.showItem()), err
}

// write does a change that may return the old item.
func (t *tables) write(c change, returnValues string, report reporting) (any, error) {
	w, err := t.try(c)
	if err != nil {
		return nil, err
	}
	w.commit()
	out := map[string]any{}
	if returnValues == "ALL_OLD" && w.old != nil {
		out["Attributes"] = w.old
	}
	return withCapacity(out, report.consumed(c.table, w.units())), nil
}
