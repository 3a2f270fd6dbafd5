package dynamodb_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/awsclient"
	"ecrmirror/localstack/dynamodb"
)

// entries fills a table with 10,000 entries like those of a controller.
func entries(b *testing.B) *awsdynamodb.Client {
	b.Helper()
	server := httptest.NewServer(dynamodb.New(dynamodb.Options{Home: home, PageLimit: 2000}))
	b.Cleanup(server.Close)
	c := awsdynamodb.New(awsdynamodb.Options{
		HTTPClient:   awsclient.New(),
		BaseEndpoint: aws.String(server.URL), Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider(home, "secret", ""),
	})
	if _, err := c.CreateTable(b.Context(), &awsdynamodb.CreateTableInput{
		TableName: aws.String("mirror"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("Source"), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("Source"), KeyType: types.KeyTypeHash},
		},
	}); err != nil {
		b.Fatal(err)
	}
	for n := range 10_000 {
		if _, err := c.PutItem(b.Context(), &awsdynamodb.PutItemInput{
			TableName: aws.String("mirror"),
			Item:      entry(n),
		}); err != nil {
			b.Fatal(err)
		}
	}
	return c
}

func entry(n int) item {
	return item{
		"Source":  str(fmt.Sprintf("registry.example/library/image-%d:1", n)),
		"Expires": &types.AttributeValueMemberN{Value: "1893456000"},
		"Destination": &types.AttributeValueMemberL{Value: []types.AttributeValue{
			str("111122223333.dkr.ecr.us-east-1.amazonaws.com/mirror/image:1"),
			str("111122223333.dkr.ecr.eu-west-1.amazonaws.com/mirror/image:1"),
		}},
	}
}

// A sweep's reading of its table.
func BenchmarkScan(b *testing.B) {
	c := entries(b)
	for b.Loop() {
		pages := awsdynamodb.NewScanPaginator(c, &awsdynamodb.ScanInput{
			TableName: aws.String("mirror"), ProjectionExpression: aws.String("#s, Destination, Expires"),
			ExpressionAttributeNames: map[string]string{"#s": "Source"},
		})
		for pages.HasMorePages() {
			if _, err := pages.NextPage(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// A status that is written.
func BenchmarkUpdate(b *testing.B) {
	c := entries(b)
	n := 0
	for b.Loop() {
		n = (n + 1) % 10_000
		if _, err := c.UpdateItem(b.Context(), &awsdynamodb.UpdateItemInput{
			TableName: aws.String("mirror"), Key: item{"Source": entry(n)["Source"]},
			UpdateExpression: aws.String("SET Checked = :v"), ConditionExpression: aws.String("attribute_exists(#s)"),
			ExpressionAttributeNames:  map[string]string{"#s": "Source"},
			ExpressionAttributeValues: item{":v": str("now")},
		}); err != nil {
			b.Fatal(err)
		}
	}
}
