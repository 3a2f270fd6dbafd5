package awstest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// CreateLedger makes a table with the keys of a ledger.
func CreateLedger(ctx context.Context, api *dynamodb.Client, name string) error {
	partition, sort, text := "PK", "SK", types.ScalarAttributeTypeS
	_, err := api.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: &partition, KeyType: types.KeyTypeHash},
			{AttributeName: &sort, KeyType: types.KeyTypeRange},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: &partition, AttributeType: text}, {AttributeName: &sort, AttributeType: text},
		},
	})
	return err
}
