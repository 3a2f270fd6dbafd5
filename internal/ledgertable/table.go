// Package ledgertable keeps the records of a ledger in a DynamoDB table. Its keys are PK and SK: "src#HOST/REPOSITORY"
// and the tag of what an image is at its source, "dst#HOST/REPOSITORY" and the tag of what it is at a destination.
//
// Each attribute has one program that writes it, and no write replaces an item: a write sets the attributes that
// change, on the condition that they are still as they were read. A record of a later version is never written.
package ledgertable

import (
	"context"
	"errors"

	"ecrmirror/internal/contract"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// API is the calls to DynamoDB that this package makes. Throttling is retried by the client, and nowhere else.
type API interface {
	BatchGetItem(
		context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options),
	) (*dynamodb.BatchGetItemOutput, error)
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	UpdateItem(
		context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options),
	) (*dynamodb.UpdateItemOutput, error)
}

// Errors of writing a record.
var (
	ErrNoTable   = errors.New("ledger does not exist")         // wrapped with the table's name
	ErrOvertaken = errors.New("another has written meanwhile") // the record is to be read again
	ErrLater     = errors.New("the record is of a later version of this program")
	ErrNoRecord  = errors.New("there is no record") // of [Table.WriteOutcome]
)

// A Table is a DynamoDB table with a ledger. It is safe for concurrent use if its API is.
type Table struct {
	api  API
	name string
}

// New returns the table with the given name or ARN. It makes no call.
func New(api API, name string) *Table { return &Table{api: api, name: name} }

// Attributes of the keys, and the version that every record has.
const (
	attrPartition = contract.LedgerPartition
	attrSort      = contract.LedgerSort
	attrVersion   = contract.LedgerVersion
)

// Kinds of records: how the partition keys begin.
const (
	kindSource      = "src#"
	kindDestination = contract.LedgerDestinations
)

type item = map[string]types.AttributeValue
