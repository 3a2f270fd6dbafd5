package dynamodb_test

import (
	"os"
	"testing"

	"ecrmirror/testkit/dynamodblocal"
)

// container is the DynamoDB Local of all tests, started by the first that asks for it.
var container dynamodblocal.Container

// TestMain fails the tests where they leave goroutines behind, too.
func TestMain(m *testing.M) { os.Exit(container.Main(m)) }
