package dynamodb

import (
	"ecrmirror/localstack/awsjson"
)

// An operation answers a request to one account's tables in one region.
type operation func(t *tables, c awsjson.Caller, body []byte) (any, error)

// operations are those that there are, by their names.
var operations = map[string]operation{
	"CreateTable": locked((*tables).create, "LocalSecondaryIndexes", "GlobalSecondaryIndexes",
		"StreamSpecification", "ResourcePolicy"),
	"DescribeTable": locked((*tables).describe),
	"UpdateTable": locked((*tables).updateTable, "GlobalSecondaryIndexUpdates", "StreamSpecification",
		"ReplicaUpdates"),
	"DeleteTable":               locked((*tables).deleteTable),
	"ListTables":                locked((*tables).list),
	"UpdateContinuousBackups":   locked((*tables).updateBackups),
	"DescribeContinuousBackups": locked((*tables).describeBackups),
	"UpdateTimeToLive":          locked((*tables).updateTTL),
	"DescribeTimeToLive":        locked((*tables).describeTTL),
	"TagResource":               locked((*tables).tag),
	"UntagResource":             locked((*tables).untag),
	"ListTagsOfResource":        locked((*tables).listTags),
	"GetItem":                   locked((*tables).get, "AttributesToGet"),
	"PutItem":                   locked((*tables).put, "Expected", "ConditionalOperator"),
	"UpdateItem":                locked((*tables).update, "AttributeUpdates", "Expected", "ConditionalOperator"),
	"DeleteItem":                locked((*tables).delete, "Expected", "ConditionalOperator"),
	"Scan":                      locked((*tables).scan, "AttributesToGet", "ScanFilter", "ConditionalOperator"),
	"Query": locked((*tables).query, "AttributesToGet", "KeyConditions", "QueryFilter",
		"ConditionalOperator"),
	"BatchGetItem":       locked((*tables).batchGet),
	"BatchWriteItem":     locked((*tables).batchWrite),
	"TransactGetItems":   locked((*tables).transactGet),
	"TransactWriteItems": locked((*tables).transactWrite),
}

// locked makes an operation of a function whose input is decoded from JSON, and that has
// the tables to itself. It lacks parameters, which are refused by name.
func locked[In any](f func(*tables, awsjson.Caller, In) (any, error), lacks ...string) operation {
	return func(t *tables, c awsjson.Caller, body []byte) (any, error) {
		var in In
		if err := decode(body, &in, lacks); err != nil {
			return nil, err
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		return f(t, c, in)
	}
}
