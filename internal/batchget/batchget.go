// Package batchget reads items of a DynamoDB table by their keys.
package batchget

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/transient"
)

// MaxKeys is how many keys can be read together: DynamoDB's limit.
const MaxKeys = 100

// API is the call that this package makes.
type API interface {
	BatchGetItem(
		context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options),
	) (*dynamodb.BatchGetItemOutput, error)
}

// ErrUnread is what DynamoDB leaving keys unread comes to: throttling, said in another way. Another try may help.
var ErrUnread = transient.New(
	"DynamoDB has left keys unread: ProvisionedThroughputExceededException: too many reads at a time")

// Items hands the items of a table that are asked for to take, as far as they exist. Keys are distinct, and [MaxKeys]
// at most. It returns what is left to ask for: the keys that DynamoDB has left. It is not to be asked for them again at
// once. The error is the SDK's.
func Items(
	ctx context.Context, api API, table string, asked types.KeysAndAttributes, option func(*dynamodb.Options),
	take func(map[string]types.AttributeValue),
) (left types.KeysAndAttributes, err error) {
	out, err := api.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
		RequestItems: map[string]types.KeysAndAttributes{table: asked},
	}, option)
	if err != nil {
		return asked, err
	}
	for _, found := range out.Responses { // of one table, by the name or ARN that it was asked for
		for _, item := range found {
			take(item)
		}
	}
	asked.Keys = nil
	for _, of := range out.UnprocessedKeys {
		asked.Keys = of.Keys
	}
	return asked, nil
}

// Item returns the one item that is asked for, nil if it does not exist. The error is [ErrUnread] where DynamoDB has
// left it, or the SDK's.
func Item(
	ctx context.Context, api API, table string, asked types.KeysAndAttributes, option func(*dynamodb.Options),
) (item map[string]types.AttributeValue, err error) {
	left, err := Items(ctx, api, table, asked, option, func(it map[string]types.AttributeValue) { item = it })
	if err == nil && len(left.Keys) > 0 {
		err = ErrUnread
	}
	return item, err
}
