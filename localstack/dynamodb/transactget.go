package dynamodb

import (
	"fmt"
	"slices"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb/value"
)

type transactGetInput struct {
	TransactItems []struct{ Get *getInput }
	reporting
}

// transactGet answers TransactGetItems.
func (t *tables) transactGet(c awsjson.Caller, in transactGetInput) (any, error) {
	var wrong constraints
	count(&wrong, len(in.TransactItems), in.TransactItems == nil)
	in.check(&wrong)
	for i, item := range in.TransactItems {
		path := fmt.Sprintf("transactItems.%d.member.get", i+1)
		wrong.required(item.Get == nil, path)
		if item.Get != nil {
			wrong.required(item.Get.TableName == nil, path+".tableName")
			wrong.required(item.Get.Key == nil, path+".key")
		}
	}
	if len(wrong) > 0 {
		return nil, wrong.err()
	}
	type response struct {
		Item value.Item `json:",omitempty"`
	}
	var seen []written
	responses := make([]response, len(in.TransactItems))
	reasons := make([]reason, len(in.TransactItems))
	units, cancelled := map[string]float64{}, false
	for i, member := range in.TransactItems {
		found, projected, err := t.getOne(c, *member.Get)
		switch {
		case found.table == nil:
			return nil, err
		case err == nil && slices.ContainsFunc(seen, found.sameItem):
			return nil, invalid("Transaction request cannot include multiple operations on one item")
		}
		seen = append(seen, found)
		responses[i], reasons[i] = response{projected}, reasonOf(err)
		cancelled = cancelled || err != nil
		units[found.table.name] += 2 * reads(found.old.Size(), true)
	}
	if cancelled {
		return nil, cancellation(reasons)
	}
	return withCapacity(map[string]any{"Responses": responses}, in.consumedAll(units)), nil
}

// getOne reads one item, and what is wanted of it. Where there is no table in what it returns, the request is wrong by
// itself.
func (t *tables) getOne(c awsjson.Caller, in getInput) (written, value.Item, error) {
	name, err := nameOf(c, in.TableName)
	if err != nil {
		return written{}, nil, err
	}
	projection, err := in.projection()
	if err != nil {
		return written{}, nil, err
	}
	table, err := t.table(name)
	if err != nil {
		return written{}, nil, err
	}
	key, err := table.keys.keyFrom(in.Key)
	if err != nil {
		return written{table: table}, nil, err
	}
	item := table.rows.Get(key)
	if item == nil {
		return written{table: table, key: key}, nil, nil
	}
	return written{table: table, key: key, old: item}, projection.Of(item), nil
}
