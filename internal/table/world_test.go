package table_test

import (
	"crypto/rand"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/awsclient"
	standin "ecrmirror/localstack/dynamodb"
	"ecrmirror/testkit/dynamodblocal"
)

// container is the DynamoDB Local of all tests, started by the first that asks for it.
var container dynamodblocal.Container

func TestMain(m *testing.M) { os.Exit(container.Main(m)) }

// local returns a client of DynamoDB Local, to which nobody else has access, or skips the test
// where there can't be one.
func local(t *testing.T) *dynamodb.Client {
	t.Helper()
	return clientOf(container.URL(t), rand.Text()) // tables belong to the access key
}

// embedded returns a client of localstack's DynamoDB, in a process of its own.
func embedded(t *testing.T) *dynamodb.Client {
	t.Helper()
	standIn := httptest.NewServer(standin.New(standin.Options{Home: "111122223333"}))
	t.Cleanup(standIn.Close)
	return clientOf(standIn.URL, "id")
}

// A world makes tables called "mirror" that hold items, each in a DynamoDB of its own.
type world func(t *testing.T, items ...item) *dynamodb.Client

// each runs a test against localstack and against DynamoDB Local.
func each(t *testing.T, test func(t *testing.T, newTable world)) {
	t.Run("localstack", func(t *testing.T) { test(t, newTable) })
	t.Run("DynamoDB Local", func(t *testing.T) {
		local(t)
		test(t, func(t *testing.T, items ...item) *dynamodb.Client { return fill(t, local(t), items) })
	})
}

// newTable is the world of localstack.
func newTable(t *testing.T, items ...item) *dynamodb.Client { return fill(t, embedded(t), items) }

func fill(t *testing.T, client *dynamodb.Client, items []item) *dynamodb.Client {
	t.Helper()
	_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:   aws.String("mirror"),
		BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("Source"), KeyType: types.KeyTypeHash},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("Source"), AttributeType: types.ScalarAttributeTypeS},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range items {
		if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{
			TableName: aws.String("mirror"),
			Item:      it,
		}); err != nil {
			t.Fatal(err)
		}
	}
	return client
}

func clientOf(url, keyID string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		HTTPClient:   awsclient.New(),
		BaseEndpoint: &url, Region: "us-east-1", RetryMaxAttempts: 2,
		Credentials: credentials.NewStaticCredentialsProvider(keyID, "secret", ""),
	})
}
