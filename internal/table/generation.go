package table

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/contract"
)

// The item that says which ledger belongs to the table. Its key is no image name, and it has expired, so that programs
// that know nothing of it pass it over. It expired in 1970: DynamoDB deletes no item whose time was over more than five
// years ago (DynamoDB Developer Guide, "Using time to live (TTL)").
const (
	sourceGeneration = "#ledger"
	attrGeneration   = "Generation" // S
	longExpired      = "1"
)

// Generation returns the generation of the ledger that belongs to the table; "" if none does.
func (t *Table) Generation(ctx context.Context) (string, error) {
	out, err := t.api.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
		RequestItems: map[string]types.KeysAndAttributes{t.name: {
			Keys: []item{key(sourceGeneration)}, ConsistentRead: aws.Bool(true),
			ProjectionExpression:     aws.String("#generation"),
			ExpressionAttributeNames: map[string]string{"#generation": attrGeneration},
		}},
	}, limited)
	switch {
	case err != nil:
		return "", t.failure(ctx, "reading", err)
	case len(out.UnprocessedKeys) > 0:
		return "", fmt.Errorf("reading table %q: %w", t.name, errUnread)
	}
	for _, found := range out.Responses { // of one table, by the name or ARN that it was asked for
		for _, it := range found {
			return textOf(attrGeneration, it[attrGeneration])
		}
	}
	return "", nil
}

// Adopt makes a ledger of a generation the one that belongs to the table, whichever did before.
func (t *Table) Adopt(ctx context.Context, generation string) error {
	_, err := t.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: aws.String(t.name), Key: key(sourceGeneration),
		UpdateExpression: aws.String("SET #generation = :generation, #expires = :expires"),
		ExpressionAttributeNames: map[string]string{
			"#generation": attrGeneration, "#expires": contract.AttrExpires,
		},
		ExpressionAttributeValues: item{
			":generation": stringValue(generation), ":expires": &types.AttributeValueMemberN{Value: longExpired},
		},
	})
	if err != nil {
		return t.failure(ctx, "writing", err)
	}
	return nil
}
