package dynamodb_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/logging"

	"ecrmirror/awsclient"
	"ecrmirror/localstack/dynamodb"
	"ecrmirror/testkit/awstest"
)

const home = "111122223333"

// client returns a client of a service of its own: account is its key, region its region.
func client(t *testing.T, url, account, region string) *awsdynamodb.Client {
	t.Helper()
	return awsdynamodb.New(awsdynamodb.Options{
		HTTPClient:   awsclient.New(),
		BaseEndpoint: aws.String(url), Region: region, RetryMaxAttempts: 3,
		Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
		Logger: logging.LoggerFunc(func(_ logging.Classification, format string, args ...any) {
			t.Errorf("the SDK complains: "+format, args...)
		}),
	})
}

func start(t *testing.T, opts dynamodb.Options) string {
	t.Helper()
	opts.Home = home
	return awstest.Serve(t, dynamodb.New(opts))
}

func createTable(t *testing.T, c *awsdynamodb.Client, name string) {
	t.Helper()
	_, err := c.CreateTable(t.Context(), &awsdynamodb.CreateTableInput{
		TableName: aws.String(name),
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("Source"), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("Source"), KeyType: types.KeyTypeHash},
		},
		BillingMode: types.BillingModePayPerRequest,
	})
	if err != nil {
		t.Fatal(err)
	}
}

type item = map[string]types.AttributeValue

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func put(t *testing.T, c *awsdynamodb.Client, table string, i item) {
	t.Helper()
	if _, err := c.PutItem(t.Context(), &awsdynamodb.PutItemInput{TableName: aws.String(table), Item: i}); err != nil {
		t.Fatal(err)
	}
}

func keys(items []map[string]types.AttributeValue) []string {
	var out []string
	for _, i := range items {
		out = append(out, i["Source"].(*types.AttributeValueMemberS).Value)
	}
	return out
}
