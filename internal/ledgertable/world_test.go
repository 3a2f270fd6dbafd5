package ledgertable_test

import (
	"crypto/rand"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/ledgertable"
	standin "ecrmirror/localstack/dynamodb"
	"ecrmirror/testkit/awstest"
	"ecrmirror/testkit/dynamodblocal"
)

// container is the DynamoDB Local of all tests, started by the first that asks for it.
var container dynamodblocal.Container

func TestMain(m *testing.M) { os.Exit(container.Main(m)) }

const name = "ledger"

// each runs a test against localstack and against DynamoDB Local.
func each(t *testing.T, test func(t *testing.T, api *dynamodb.Client, table *ledgertable.Table)) {
	t.Run("localstack", func(t *testing.T) {
		run(t, awstest.Serve(t, standin.New(standin.Options{Home: "111122223333"})), "111122223333", test)
	})
	t.Run("DynamoDB Local", func(t *testing.T) { run(t, container.URL(t), rand.Text(), test) })
}

func run(t *testing.T, url, account string, test func(*testing.T, *dynamodb.Client, *ledgertable.Table)) {
	t.Helper()
	api := dynamodb.NewFromConfig(awstest.Config(url, account, "us-east-1"))
	text := types.ScalarAttributeTypeS
	_, err := api.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String(name), BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("PK"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("SK"), KeyType: types.KeyTypeRange},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("PK"), AttributeType: text}, {AttributeName: aws.String("SK"), AttributeType: text},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	test(t, api, ledgertable.New(api, name))
}
