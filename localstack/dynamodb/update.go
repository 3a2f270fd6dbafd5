package dynamodb

import (
	"maps"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb/expression"
	"ecrmirror/localstack/dynamodb/rows"
	"ecrmirror/localstack/dynamodb/value"
)

type updateInput struct {
	writing
	Key              value.Item
	UpdateExpression *string
}

// update answers UpdateItem.
func (t *tables) update(c awsjson.Caller, in updateInput) (any, error) {
	name, err := in.begin(c, in.Key == nil, "key")
	if err != nil {
		return nil, err
	}
	change, update, err := in.change(name)
	if err != nil {
		return nil, err
	}
	return t.write(change, in.reporting, func(w written) value.Item { return returned(in.ReturnValues, update, w) })
}

// change reads what is updated, how and when.
func (in updateInput) change(name string) (change, expression.Update, error) {
	if err := in.Key.Err(); err != nil {
		return change{}, expression.Update{}, err
	}
	condition, update, err := in.parse(in.UpdateExpression, ": UpdateExpression and ConditionExpression are null")
	return change{
		table: name, condition: condition, showItem: in.showItem(),
		key: func(keys keySchema) (rows.Key, error) {
			key, err := keys.keyFrom(in.Key)
			if err == nil {
				err = keys.untouched(update)
			}
			return key, err
		},
		apply: func(table *table, key rows.Key, old value.Item) (value.Item, error) {
			return updated(update, old, table.keys.itemOf(key))
		},
	}, update, err
}

// untouched refuses an update of the key.
func (s keySchema) untouched(update expression.Update) error {
	for _, path := range update.Paths() {
		for _, member := range s.members() {
			if path.Top() == member.name {
				return invalid("One or more parameter values were invalid: Cannot update attribute %s. This "+
					"attribute is part of the key", member.name)
			}
		}
	}
	return nil
}

// updated returns an item as the update makes it. Where there is none, it begins with the key.
func updated(update expression.Update, old, key value.Item) (value.Item, error) {
	item := maps.Clone(old)
	if item == nil {
		item = key
	}
	item, err := update.Apply(item)
	switch {
	case err != nil:
		return nil, err
	case item.Size() > maxItem:
		return nil, invalid("Item size to update has exceeded the maximum allowed size")
	}
	return item, item.Err()
}

// returned is what of an item an update returns. UPDATED_OLD and UPDATED_NEW are the values that the
// paths of the update lead to.
func returned(returnValues string, update expression.Update, w written) value.Item {
	changed := expression.Projection(update.Paths())
	switch returnValues {
	case "ALL_OLD":
		return w.old
	case "ALL_NEW":
		return w.now
	case "UPDATED_OLD":
		return changed.Of(w.old)
	case "UPDATED_NEW":
		return changed.Of(w.now)
	}
	return nil
}
