package conformance

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"
)

// A row is an item of a table, as hostile as it likes.
type row = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// entryRow is an entry as it is usually written.
func entryRow(source string, destinations ...string) row {
	return row{"Source": text(source), "Destination": text(strings.Join(destinations, ","))}
}

// writeTable makes a table of these rows.
func (l *localstack) writeTable(t *testing.T, name string, rows []row) {
	t.Helper()
	api := dynamodb.NewFromConfig(l.config())
	if _, err := api.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String(name), BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("Source"), KeyType: types.KeyTypeHash},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("Source"), AttributeType: types.ScalarAttributeTypeS},
		},
	}); err != nil {
		t.Fatal(err)
	}
	var writing errgroup.Group
	writing.SetLimit(8)
	for _, r := range rows {
		writing.Go(func() error {
			_, err := api.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(name), Item: r})
			return err
		})
	}
	if err := writing.Wait(); err != nil {
		t.Fatal(err)
	}
}

// deadHost is an address of this machine at which nobody listens, another one for each number.
func deadHost(n int) string { return fmt.Sprintf("127.%d.%d.%d:9", 100+n/40_000, n/200%200, 1+n%200) }

// farHost is a registry of Amazon ECR in a region that there is not, another one for each number.
func farHost(n int) string {
	return fmt.Sprintf("111122223333.dkr.ecr.xx-%c%c%c-%d.amazonaws.com", 'a'+n/6760%26, 'a'+n/260%26,
		'a'+n/10%26, n%10)
}

// listOf returns a list of n times the same.
func listOf(n int, member types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: slices.Repeat([]types.AttributeValue{member}, n)}
}
