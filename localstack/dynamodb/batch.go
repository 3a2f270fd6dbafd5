package dynamodb

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb/expression"
	"ecrmirror/localstack/dynamodb/rows"
	"ecrmirror/localstack/dynamodb/value"
)

// What one batch may have.
const (
	maxBatchGet   = 100
	maxBatchWrite = 25
	maxAnswer     = 16 << 20 // bytes that BatchGetItem answers with
)

var errDuplicates = invalid("Provided list of item keys contains duplicates")

type batchGetInput struct {
	RequestItems map[string]*wantedItems
	reporting
}

type wantedItems struct {
	Keys            []value.Item
	ConsistentRead  bool            `json:",omitempty"`
	AttributesToGet json.RawMessage `json:",omitempty"`
	projecting
}

// check checks the request by itself.
func (in batchGetInput) check() error {
	var wrong constraints
	in.reporting.check(&wrong)
	if len(wrong) > 0 {
		return wrong.err()
	}
	if len(in.RequestItems) == 0 {
		return invalid("BatchGetItem must have some requests set")
	}
	n := 0
	for _, table := range slices.Sorted(maps.Keys(in.RequestItems)) {
		wanted := in.RequestItems[table]
		if wanted == nil || len(wanted.Keys) == 0 {
			return invalid("The list of keys in RequestItems for BatchGetItem is required: %s has empty list", table)
		}
		if wanted.AttributesToGet != nil {
			return invalid("the stand-in for DynamoDB does not have the parameter AttributesToGet")
		}
		if slices.ContainsFunc(wanted.Keys, func(key value.Item) bool { return len(key) == 0 }) {
			return invalid("The list of keys in RequestItems for BatchGetItem may not contain null or empty values: "+
				"%s has one or more empty keys", table)
		}
		n += len(wanted.Keys)
	}
	if n > maxBatchGet {
		return invalid("Too many items requested for the BatchGetItem call")
	}
	return nil
}

// batchGet answers BatchGetItem. A table that was asked for by its ARN has it in the answer, too.
func (t *tables) batchGet(c awsjson.Caller, in batchGetInput) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	responses, left, units := map[string]items{}, map[string]*wantedItems{}, map[string]float64{}
	room := maxAnswer
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		wanted := *in.RequestItems[name]
		table, keys, projection, err := t.wanted(c, name, wanted)
		if err != nil {
			return nil, err
		}
		responses[name] = items{}
		for i, key := range keys {
			item := table.rows.Get(key)
			if room -= item.Size(); room < 0 {
				rest := wanted
				rest.Keys = wanted.Keys[i:]
				left[name] = &rest
				break
			}
			units[name] += t.reads(item.Size(), wanted.ConsistentRead)
			if item != nil {
				responses[name] = append(responses[name], projection.Of(item))
			}
		}
	}
	out := map[string]any{"Responses": responses, "UnprocessedKeys": left}
	return withCapacity(out, in.consumedAll(units)), nil
}

// wanted finds what is wanted of one table.
func (t *tables) wanted(
	c awsjson.Caller, name string, wanted wantedItems,
) (*table, []rows.Key, expression.Projection, error) {
	projection, err := wanted.projection()
	if err != nil {
		return nil, nil, nil, err
	}
	own, err := nameOf(c, &name)
	if err != nil {
		return nil, nil, nil, err
	}
	table, err := t.table(own)
	if err != nil {
		return nil, nil, nil, err
	}
	var keys []rows.Key
	for i, item := range wanted.Keys {
		key, err := table.keys.keyFrom(item)
		if err != nil {
			return nil, nil, nil, err
		}
		if slices.ContainsFunc(keys[:i], key.Equal) {
			return nil, nil, nil, errDuplicates
		}
		keys = append(keys, key)
	}
	return table, keys, projection, nil
}

type batchWriteInput struct {
	RequestItems map[string][]writeRequest
	reporting
}

type writeRequest struct {
	PutRequest    *struct{ Item value.Item }
	DeleteRequest *struct{ Key value.Item }
}

// change returns what is to be done by the request, which is at this place of its table's.
func (r writeRequest) change(table string, at int) (change, error) {
	var wrong constraints
	path := fmt.Sprintf("requestItems.%s.member.%d.member.", table, at)
	switch {
	case (r.PutRequest == nil) == (r.DeleteRequest == nil):
		return change{}, invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one " +
			"of the supported datatypes")
	case r.PutRequest != nil && r.PutRequest.Item == nil:
		wrong.required(true, path+"putRequest.item")
		return change{}, wrong.err()
	case r.PutRequest != nil:
		return putting(table, r.PutRequest.Item, nil, false), r.PutRequest.Item.Err()
	case r.DeleteRequest.Key == nil:
		wrong.required(true, path+"deleteRequest.key")
		return change{}, wrong.err()
	default:
		return deleting(table, r.DeleteRequest.Key, nil, false), r.DeleteRequest.Key.Err()
	}
}

// changes checks the request by itself and returns what is to be done.
func (in batchWriteInput) changes(c awsjson.Caller) ([]change, error) {
	var wrong constraints
	in.check(&wrong)
	switch {
	case len(wrong) > 0:
		return nil, wrong.err()
	case len(in.RequestItems) == 0:
		return nil, invalid("BatchWriteItem cannot have a null or no requests set")
	}
	var changes []change
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		own, err := nameOf(c, &name)
		if err != nil {
			return nil, err
		}
		if len(in.RequestItems[name]) == 0 {
			return nil, invalid("The batch write request list for a table cannot be null or empty: %s", name)
		}
		for i, request := range in.RequestItems[name] {
			change, err := request.change(own, i+1)
			if err != nil {
				return nil, err
			}
			changes = append(changes, change)
		}
	}
	if len(changes) > maxBatchWrite {
		return nil, invalid("Too many items requested for the BatchWriteItem call")
	}
	return changes, nil
}

// batchWrite answers BatchWriteItem. Nothing is ever left unprocessed.
func (t *tables) batchWrite(c awsjson.Caller, in batchWriteInput) (any, error) {
	changes, err := in.changes(c)
	if err != nil {
		return nil, err
	}
	var all []written
	units := map[string]float64{}
	for _, change := range changes {
		w, err := t.try(change)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, w.sameItem) {
			return nil, errDuplicates
		}
		all = append(all, w)
		units[change.table] += w.units()
	}
	for _, w := range all {
		t.consume(0, w.units())
		w.commit()
	}
	return withCapacity(map[string]any{"UnprocessedItems": struct{}{}}, in.consumedAll(units)), nil
}

func (w written) sameItem(other written) bool {
	return w.table == other.table && w.key.Equal(other.key)
}
