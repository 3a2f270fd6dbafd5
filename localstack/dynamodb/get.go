package dynamodb

import (
	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb/expression"
	"ecrmirror/localstack/dynamodb/value"
)

// projecting is the part of requests that says what is wanted of items.
type projecting struct {
	ProjectionExpression     *string
	ExpressionAttributeNames map[string]string
}

// projection parses the expression of a request that has no other.
func (p projecting) projection() (expression.Projection, error) {
	subs, err := expression.NewSubstitutes(p.ExpressionAttributeNames, nil, p.ProjectionExpression == nil, "")
	if err != nil || p.ProjectionExpression == nil {
		return nil, err
	}
	projection, err := expression.ParseProjection(*p.ProjectionExpression, subs)
	if err != nil {
		return nil, err
	}
	return projection, subs.Unused()
}

type getInput struct {
	TableName      *string
	Key            value.Item
	ConsistentRead bool
	projecting
	reporting
}

// get answers GetItem.
func (t *tables) get(c awsjson.Caller, in getInput) (any, error) {
	name, err := nameOf(c, in.TableName)
	if err != nil {
		return nil, err
	}
	var wrong constraints
	wrong.required(in.Key == nil, "key")
	in.check(&wrong)
	if len(wrong) > 0 {
		return nil, wrong.err()
	}
	projection, err := in.projection()
	if err != nil {
		return nil, err
	}
	table, err := t.table(name)
	if err != nil {
		return nil, err
	}
	key, err := table.keys.keyFrom(in.Key)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	item := table.rows.Get(key)
	if item != nil {
		out["Item"] = projection.Of(item)
	}
	return withCapacity(out, in.consumed(name, t.reads(item.Size(), in.ConsistentRead))), nil
}
