// Package table reads and writes entries in a DynamoDB table, and the status of each.
//
// An item has the attributes Source (S, the key), Destination (S, comma-separated
// S, SS or L of S), optionally Expires (N, epoch seconds), Tags (L of M), Repos (M) and
// Labels (M of S), and MirrorStatus (M) once the service has looked at it. Other
// attributes are not touched, and mean nothing; one that nearly has a name of these makes
// the item an invalid entry.
package table

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/batchget"
	"ecrmirror/internal/contract"
)

// API is the calls to DynamoDB that this package makes. Throttling is retried by the
// client, and nowhere else.
type API interface {
	batchget.API
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	UpdateItem(
		context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options),
	) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(
		context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options),
	) (*dynamodb.DeleteItemOutput, error)
	// DescribeTable is called only where something is wrong with the table. It may be denied.
	DescribeTable(
		context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options),
	) (*dynamodb.DescribeTableOutput, error)
}

// Errors of reading an entry.
var (
	ErrNoTable  = errors.New("table does not exist") // wrapped with the table's name
	ErrNotFound = errors.New("no entry")             // wrapped with the source
	ErrExpired  = errors.New("entry has expired")    // wrapped with the source
)

// A Table is a DynamoDB table of entries. It is safe for concurrent use if its API is.
type Table struct {
	api  API
	name string
}

// New returns the table with the given name or ARN. It makes no call.
func New(api API, name string) *Table { return &Table{api: api, name: name} }

// key is the key of an entry.
func key(source string) item {
	return item{contract.AttrSource: &types.AttributeValueMemberS{Value: source}}
}
