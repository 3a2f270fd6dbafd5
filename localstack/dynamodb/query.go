package dynamodb

import (
	"iter"
	"slices"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb/expression"
	"ecrmirror/localstack/dynamodb/rows"
	"ecrmirror/localstack/dynamodb/value"
)

type queryInput struct {
	paging
	KeyConditionExpression *string
	ScanIndexForward       *bool
}

// query answers Query.
func (t *tables) query(c awsjson.Caller, in queryInput) (any, error) {
	name, err := in.begin(c)
	if err != nil {
		return nil, err
	}
	if in.KeyConditionExpression == nil {
		return nil, invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the " +
			"request.")
	}
	subs, err := expression.NewSubstitutes(in.ExpressionAttributeNames, in.ExpressionAttributeValues, false, "")
	if err != nil {
		return nil, err
	}
	// What is said of the key is held against the table only later, as it takes the table's key.
	condition, err := expression.ParseCondition("KeyConditionExpression", *in.KeyConditionExpression, subs)
	if err != nil {
		return nil, err
	}
	table, parsed, err := t.open(name, in.paging, subs)
	if err != nil {
		return nil, err
	}
	key, err := in.keyCondition(table, condition, parsed)
	if err != nil {
		return nil, err
	}
	start, err := in.start(table, key)
	if err != nil {
		return nil, err
	}
	backward := in.ScanIndexForward != nil && !*in.ScanIndexForward
	return t.page(in.paging, name, table, within(table.rows.Partition(key.Hash, backward, start), key), parsed, 0), nil
}

// keyCondition holds what the request says of the key and of others against the table's.
func (in queryInput) keyCondition(
	table *table, condition expression.Condition, of parsed,
) (expression.KeyCondition, error) {
	key, err := expression.KeyConditionOf(condition, table.keys.KeySchema)
	if err != nil {
		return key, err
	}
	for i, member := range table.keys.members() {
		for _, v := range [][]value.Value{{key.Hash}, key.Bound}[i] {
			switch {
			case v.Kind != member.kind:
				return key, invalid("One or more parameter values were invalid: Condition parameter type does not " +
					"match schema type")
			case v.Text == "":
				return key, emptyKey(member)
			}
		}
		if of.filter != nil && slices.Contains(expression.Attributes(of.filter), member.name) {
			return key, invalid("Filter Expression can only contain non-primary key attributes: Primary key "+
				"attribute: %s", member.name)
		}
	}
	return key, nil
}

// start returns the key that the page begins after, which must be one that the condition holds for.
func (in queryInput) start(table *table, key expression.KeyCondition) (*rows.Key, error) {
	start, err := in.startKey(table)
	switch {
	case err != nil || start == nil:
		return nil, err
	case !start.Hash.Equal(key.Hash):
		return nil, invalid("The provided starting key is outside query boundaries based on provided conditions")
	case key.Range != nil && !key.Range.Holds(table.keys.itemOf(*start)):
		return nil, invalid("The provided starting key does not match the range key predicate")
	}
	return start, nil
}

// within passes on the rows whose sort key is as it must be.
func within(from iter.Seq[rows.Row], key expression.KeyCondition) iter.Seq[rows.Row] {
	if key.Range == nil {
		return from
	}
	return func(yield func(rows.Row) bool) {
		for row := range from {
			if key.Range.Holds(row.Item) && !yield(row) {
				return
			}
		}
	}
}
