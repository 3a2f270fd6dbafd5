package dynamodb_test

import (
	"testing"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/dynamodb"
	"ecrmirror/testkit/awstest"
)

func TestSeveralItemsAreReadInOneCall(t *testing.T) {
	c := client(t, start(t, dynamodb.Options{}), home, "us-east-1")
	createTable(t, c, "mirror")
	put(t, c, "mirror", item{"Source": str("a"), "Other": str("x")})
	put(t, c, "mirror", item{"Source": str("b")})
	const arn = "arn:aws:dynamodb:us-east-1:" + home + ":table/mirror"
	get := func(table string, sources ...string) ([]string, error) {
		var wanted []item
		for _, source := range sources {
			wanted = append(wanted, item{"Source": str(source)})
		}
		out, err := c.BatchGetItem(t.Context(), &awsdynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{table: {Keys: wanted}},
		})
		if err != nil {
			return nil, err
		}
		return keys(out.Responses[table]), nil
	}
	for _, table := range []string{"mirror", arn} {
		got, err := get(table, "a", "b", "c")
		if diff := cmp.Diff([]string{"a", "b"}, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", table, err, diff)
		}
	}
	for name, c := range map[string]struct {
		table   string
		sources []string
		want    string
	}{
		"no table": {"elsewhere", []string{"a"}, "ResourceNotFoundException"},
		"another's table": {
			"arn:aws:dynamodb:us-east-1:444455556666:table/mirror", []string{"a"}, "ResourceNotFoundException",
		},
		"the same key": {"mirror", []string{"a", "b", "a"}, "ValidationException"},
		"too many":     {"mirror", many(101), "ValidationException"},
	} {
		if _, err := get(c.table, c.sources...); awstest.Code(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// many returns n distinct sources.
func many(n int) []string {
	sources := make([]string, n)
	for i := range sources {
		sources[i] = string(rune('a' + i))
	}
	return sources
}
