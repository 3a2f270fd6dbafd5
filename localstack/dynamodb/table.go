package dynamodb

import (
	"regexp"
	"strings"
	"sync"
	"time"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb/expression"
	"ecrmirror/localstack/dynamodb/rows"
	"ecrmirror/localstack/dynamodb/value"
)

// tables is one account's DynamoDB in one region.
type tables struct {
	opts Options

	mu     sync.Mutex
	byName map[string]*table
	tokens map[string]transaction // of TransactWriteItems, by ClientRequestToken
}

// A table holds items.
type table struct {
	definition
	name       string
	arn        string
	created    time.Time
	attributes []attributeDefinition
	ttl        string // attribute with the time to live; "" = disabled
	tags       map[string]string
	recovery   recovery
	rows       rows.Rows
}

// A definition is what can be said of a table, and changed later in part.
type definition struct {
	keys                keySchema
	billing             string
	throughput          throughput
	class               string
	encryption          *encryption
	deletionProtection  bool
	onDemandThroughput  any
	billingModeSwitched time.Time
}

// A keySchema is the names and kinds of the attributes of a table's key.
type keySchema struct {
	expression.KeySchema
	hashKind, rangeKind value.Kind
}

var tableName = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)

// nameOf returns the name of a table that is named by itself or by its ARN, which DynamoDB
// takes wherever it takes the name. Tables of other accounts and regions are not to be had.
func nameOf(c awsjson.Caller, name *string) (string, error) {
	switch {
	case name == nil:
		var missing constraints
		missing.required(true, "tableName")
		return "", missing.err()
	case strings.HasPrefix(*name, "arn:"):
		own, ok := strings.CutPrefix(*name, c.ARN("dynamodb", "table/"))
		if !ok || !tableName.MatchString(own) {
			return "", awsjson.Errorf("ResourceNotFoundException", "Requested resource not found: Table: %s not found", *name)
		}
		return own, nil
	case !tableName.MatchString(*name):
		return "", invalid("Invalid table/index name.  Table/index names must be between 3 and 255 characters long, " +
			"and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'")
	}
	return *name, nil
}

// table returns the table of a name that nameOf has returned, for its items.
func (t *tables) table(name string) (*table, error) {
	table, ok := t.byName[name]
	if !ok {
		return nil, awsjson.Errorf("ResourceNotFoundException", "Requested resource not found")
	}
	return table, nil
}

// described returns the table of a name or ARN, for what is said of itself.
func (t *tables) described(c awsjson.Caller, name *string) (*table, error) {
	own, err := nameOf(c, name)
	if err != nil {
		return nil, err
	}
	table, ok := t.byName[own]
	if !ok {
		return nil, awsjson.Errorf("ResourceNotFoundException", "Requested resource not found: Table: %s not found", own)
	}
	return table, nil
}

// keyOf returns the key of an item.
func (s keySchema) keyOf(item value.Item) (rows.Key, error) {
	for _, k := range s.members() {
		v, ok := item[k.name]
		switch {
		case !ok:
			return rows.Key{}, invalid("One or more parameter values were invalid: Missing the key %s in the item", k.name)
		case v.Kind != k.kind:
			return rows.Key{}, invalid("One or more parameter values were invalid: Type mismatch for key %s expected: %s actual: %s", k.name, k.kind, v.Kind)
		}
	}
	return s.key(item)
}

// keyFrom returns the key that is given by itself.
func (s keySchema) keyFrom(key value.Item) (rows.Key, error) {
	if err := key.Err(); err != nil {
		return rows.Key{}, err
	}
	members := s.members()
	for _, k := range members {
		if v, ok := key[k.name]; !ok || v.Kind != k.kind || len(key) != len(members) {
			return rows.Key{}, invalid("The provided key element does not match the schema")
		}
	}
	return s.key(key)
}

// Limits of keys, in bytes.
const (
	maxHash  = 2048
	maxRange = 1024
)

// key checks the values of a key that has them all.
func (s keySchema) key(item value.Item) (rows.Key, error) {
	for i, k := range s.members() {
		v := item[k.name]
		what, limit := "Size of hashkey has exceeded the maximum size limit of2048 bytes", maxHash
		if i == 1 {
			what, limit = "Aggregated size of all range keys has exceeded the size limit of 1024 bytes", maxRange
		}
		switch {
		case v.Text == "":
			return rows.Key{}, emptyKey(k)
		case k.kind != value.N && len(v.Text) > limit:
			return rows.Key{}, invalid("One or more parameter values were invalid: %s", what)
		}
	}
	return rows.NewKey(item[s.Hash], item[s.Range]), nil
}

func emptyKey(k keyMember) error {
	kind := "string"
	if k.kind == value.B {
		kind = "binary"
	}
	return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", kind, k.name)
}

type keyMember struct {
	name string
	kind value.Kind
}

// members are the attributes of the key, the partition key first.
func (s keySchema) members() []keyMember {
	members := []keyMember{{s.Hash, s.hashKind}}
	if s.Range != "" {
		members = append(members, keyMember{s.Range, s.rangeKind})
	}
	return members
}

// itemOf is a row's key as attributes.
func (s keySchema) itemOf(k rows.Key) value.Item {
	item := value.Item{s.Hash: k.Hash}
	if s.Range != "" {
		item[s.Range] = k.Range
	}
	return item
}
