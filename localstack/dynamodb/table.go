package dynamodb

import (
	"regexp"
	"strings"
	"sync"
	"time"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb/rows"
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
			return "", awsjson.Errorf("ResourceNotFoundException", "Requested resource not found: Table: %s not found",
				*name)
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
		return nil, awsjson.Errorf("ResourceNotFoundException", "Requested resource not found: Table: %s not found",
			own)
	}
	return table, nil
}

// Limits of keys, in bytes.
const (
	maxHash  = 2048
	maxRange = 1024
)

type attributeDefinition struct {
	AttributeName string
	AttributeType string
}

type keyElement struct {
	AttributeName string
	KeyType       string
}

type throughput struct {
	ReadCapacityUnits  int
	WriteCapacityUnits int
}

type encryption struct {
	Enabled        bool
	KMSMasterKeyID string `json:"KMSMasterKeyId"`
}

type tag struct{ Key, Value string }

// A recovery says since when a table can be restored to a point in time, and how far back. Nothing is ever
// restored here: it is a setting that is kept and told.
type recovery struct {
	since time.Time // zero = it can't
	days  int
}

// Options configure [New].
type Options struct {
	Home string // account of callers whose access key id is not that of an account
	// PageLimit is the most items that one page of Scan looks at, beside the megabyte. 0 leaves it to the caller's
	// Limit.
	PageLimit int
	Now       func() time.Time // nil = time.Now
	// Consumed is told of the units of capacity that each request takes; nil = nobody is.
	Consumed func(read, write float64)
}

// consume tells of units of capacity.
func (t *tables) consume(read, write float64) {
	if t.opts.Consumed != nil {
		t.opts.Consumed(read, write)
	}
}
