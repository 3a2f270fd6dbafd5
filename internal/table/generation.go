package table

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/batchget"
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
	it, err := batchget.Item(ctx, t.api, t.name, types.KeysAndAttributes{
		Keys: []item{key(sourceGeneration)}, ConsistentRead: aws.Bool(true),
		ProjectionExpression:     aws.String("#generation"),
		ExpressionAttributeNames: map[string]string{"#generation": attrGeneration},
	}, limited)
	switch {
	case err != nil:
		return "", t.failure(ctx, "reading", err)
	case it == nil:
		return "", nil
	}
	return textOf(attrGeneration, it[attrGeneration])
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
