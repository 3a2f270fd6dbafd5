package dynamodb

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
)

// An operation answers a request to one account's tables in one region.
type operation func(t *tables, c awsjson.Caller, body []byte) (any, error)

// operations are those that there are, by their names.
var operations = map[string]operation{
	"CreateTable":               locked((*tables).create, "LocalSecondaryIndexes", "GlobalSecondaryIndexes", "StreamSpecification", "ResourcePolicy"),
	"DescribeTable":             locked((*tables).describe),
	"UpdateTable":               locked((*tables).updateTable, "GlobalSecondaryIndexUpdates", "StreamSpecification", "ReplicaUpdates"),
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
	"Query":                     locked((*tables).query, "AttributesToGet", "KeyConditions", "QueryFilter", "ConditionalOperator"),
	"BatchGetItem":              locked((*tables).batchGet),
	"BatchWriteItem":            locked((*tables).batchWrite),
	"TransactGetItems":          locked((*tables).transactGet),
	"TransactWriteItems":        locked((*tables).transactWrite),
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

// decode reads a request. What is no JSON, or of another type than it must be, is a SerializationException.
func decode(body []byte, in any, lacks []string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return awsjson.Errorf("SerializationException", "the request is not a JSON object")
	}
	for _, name := range lacks {
		if member, ok := members[name]; ok && !bytes.Equal(member, []byte("null")) {
			return invalid("the stand-in for DynamoDB does not have the parameter %s", name)
		}
	}
	err := json.Unmarshal(exact(body, members, reflect.TypeOf(in).Elem()), in)
	if mismatch := (*json.UnmarshalTypeError)(nil); errors.As(err, &mismatch) {
		return awsjson.Errorf("SerializationException", "%s cannot be converted to %s", jsonTypes[strings.Fields(mismatch.Value)[0]], goTypes[mismatch.Type.Kind()])
	}
	return err
}

// exact returns the request without members whose names are those of others but for their case:
// DynamoDB passes over them, and encoding/json would take them.
func exact(body []byte, members map[string]json.RawMessage, in reflect.Type) []byte {
	wrong := false
	for name := range members {
		field, ok := in.FieldByNameFunc(func(field string) bool { return strings.EqualFold(field, name) })
		if ok && field.Name != name {
			delete(members, name)
			wrong = true
		}
	}
	if wrong {
		body, _ = json.Marshal(members) // it was JSON
	}
	return body
}

// jsonTypes and goTypes name types as DynamoDB does, by encoding/json's names and by Go's.
var (
	jsonTypes = map[string]string{
		"string": "STRING_VALUE", "number": "NUMBER_VALUE", "bool": "TRUE_VALUE", "object": "START_OBJECT", "array": "START_ARRAY",
	}
	goTypes = map[reflect.Kind]string{reflect.String: "String", reflect.Int: "Integer", reflect.Bool: "Boolean", reflect.Slice: "List", reflect.Map: "Map", reflect.Struct: "Structure"}
)

func invalid(format string, args ...any) error {
	return awsjson.Errorf("ValidationException", format, args...)
}

// constraints are what is wrong with a request by the model of the API alone.
type constraints []string

func (c *constraints) add(value, member, rule string) {
	if value != "null" {
		value = "'" + value + "'"
	}
	*c = append(*c, "Value "+value+" at '"+member+"' failed to satisfy constraint: Member must "+rule)
}

// required refuses a member that is missing.
func (c *constraints) required(missing bool, member string) {
	if missing {
		c.add("null", member, "not be null")
	}
}

// oneOf refuses a member that is none of the values; "" is none at all.
func (c *constraints) oneOf(value, member string, values ...string) {
	if value != "" && !slices.Contains(values, value) {
		c.add(value, member, "satisfy enum value set: ["+strings.Join(values, ", ")+"]")
	}
}

// err is all that is wrong; nil if nothing is.
func (c constraints) err() error {
	switch len(c) {
	case 0:
		return nil
	case 1:
		return invalid("1 validation error detected: %s", c[0])
	}
	return invalid("%d validation errors detected: %s", len(c), strings.Join(c, "; "))
}

// message is what an error of this package says, without its name.
func message(err error) string { return awsjson.ErrorOf(err).Message }
