package dynamodb

import (
	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb/expression"
	"ecrmirror/localstack/dynamodb/rows"
	"ecrmirror/localstack/dynamodb/value"
)

type putInput struct {
	writing
	Item value.Item
}

// put answers PutItem.
func (t *tables) put(c awsjson.Caller, in putInput) (any, error) {
	name, err := in.begin(c, in.Item == nil, "item")
	if err != nil {
		return nil, err
	}
	return t.replace(name, in.writing, in.change)
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
	Key value.Item
}

// delete answers DeleteItem.
func (t *tables) delete(c awsjson.Caller, in deleteInput) (any, error) {
	name, err := in.begin(c, in.Key == nil, "key")
	if err != nil {
		return nil, err
	}
	return t.replace(name, in.writing, in.change)
}

// change reads what is deleted, and when.
func (in deleteInput) change(name string) (change, error) {
	if err := in.Key.Err(); err != nil {
		return change{}, err
	}
	condition, _, err := in.parse(nil, ": ConditionExpression is null")
	return deleting(name, in.Key, condition, in.showItem()), err
}

// replace does a change that may return the old item, and nothing else.
func (t *tables) replace(name string, request writing, read func(name string) (change, error)) (any, error) {
	if err := oldOnly(request.ReturnValues); err != nil {
		return nil, err
	}
	change, err := read(name)
	if err != nil {
		return nil, err
	}
	return t.write(change, request.reporting, func(w written) value.Item {
		if request.ReturnValues == "ALL_OLD" {
			return w.old
		}
		return nil
	})
}
