package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/rogpeppe/go-internal/testscript"
)

// ledgerTable makes, deletes or restores the table of a ledger: ledger new NAME, ledger delete NAME, ledger restore
// NAME TO.
func ledgerTable(ts *testscript.TestScript, _ bool, args []string) {
	ctx, api := context.Background(), dynamodb.NewFromConfig(worldOf(ts))
	switch args[0] {
	case "new":
		newLedgerTable(ts, args[1])
	case "delete":
		_, err := api.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &args[1]})
		ts.Check(err)
	case "restore": // which makes another table with the same items
		newLedgerTable(ts, args[2])
		pages := dynamodb.NewScanPaginator(api, &dynamodb.ScanInput{TableName: &args[1]})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			ts.Check(err)
			for _, item := range page.Items {
				_, err := api.PutItem(ctx, &dynamodb.PutItemInput{TableName: &args[2], Item: item})
				ts.Check(err)
			}
		}
	default:
		ts.Fatalf("ledger %s: not known", args[0])
	}
}

func newLedgerTable(ts *testscript.TestScript, name string) {
	text := types.ScalarAttributeTypeS
	_, err := dynamodb.NewFromConfig(worldOf(ts)).CreateTable(context.Background(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("PK"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("SK"), KeyType: types.KeyTypeRange},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("PK"), AttributeType: text},
			{AttributeName: aws.String("SK"), AttributeType: text},
		},
	})
	ts.Check(err)
}
