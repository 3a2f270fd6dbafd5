// Package ledgertable keeps the records of a ledger in a DynamoDB table. Its keys are PK and SK: "src#HOST/REPOSITORY"
// and the tag of what an image is at its source, "dst#HOST/REPOSITORY" and the tag of what it is at a destination.
//
// Each attribute has one program that writes it, and no write replaces an item: a write sets the attributes that
// change. The controller's writes are made on the condition that the record has the revision that was read, and each
// makes another one. A record of a later version is never written.
package ledgertable

import (
	"context"
	"errors"
	"fmt"

	"ecrmirror/internal/awserror"
	"ecrmirror/internal/batchget"
	"ecrmirror/internal/contract"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// API is the calls to DynamoDB that this package makes. Throttling is retried by the client, and nowhere else.
type API interface {
	batchget.API
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	UpdateItem(
		context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options),
	) (*dynamodb.UpdateItemOutput, error)
}

// Errors of writing a record.
var (
	ErrNoTable   = errors.New("ledger does not exist")         // wrapped with the table's name
	ErrOvertaken = errors.New("another has written meanwhile") // the record is to be read again
	ErrNoRecord  = errors.New("there is no record")            // of [Table.WriteOutcome]
)

// A Table is a DynamoDB table with a ledger. It is safe for concurrent use if its API is.
type Table struct {
	api     API
	name    string
	history History
}

// New returns the table with the given name or ARN. It makes no call.
func New(api API, name string) *Table { return &Table{api: api, name: name} }

// Attributes of the keys, and the version that every record has.
const (
	attrPartition = contract.LedgerPartition
	attrSort      = contract.LedgerSort
	attrVersion   = contract.LedgerVersion
	attrRevision  = "r" // N: how often the controller has written the record
)

// Kinds of records: how the partition keys begin.
const (
	kindSource      = "src#"
	kindDestination = contract.LedgerDestinations
)

// An Item is a record as DynamoDB has it.
type Item = map[string]types.AttributeValue

// failure describes an error of DynamoDB's.
func (t *Table) failure(doing string, err error) error {
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		return fmt.Errorf("%w: %q (is it in this account and region?)", ErrNoTable, t.name)
	}
	return fmt.Errorf("%s ledger %q: %w", doing, t.name, awserror.Plain(err))
}
