package table_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/table"
)

func TestAWrongKeyIsToldAsThat(t *testing.T) {
	each(t, func(t *testing.T, newTable world) {
		const text = types.ScalarAttributeTypeS
		for name, c := range map[string]struct {
			keys []types.AttributeDefinition
			item item // nil is an empty table
			want string
		}{
			"another name": {
				[]types.AttributeDefinition{{AttributeName: aws.String("Id"), AttributeType: text}},
				item{"Id": &types.AttributeValueMemberS{Value: "x"}},
				`table "other" has the wrong key Id (S): that of a table of entries is Source (S) alone`,
			},
			"another name, empty": {
				[]types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: text}},
				nil,
				`table "other" has the wrong key id (S): that of a table of entries is Source (S) alone`,
			},
			"a sort key": {
				[]types.AttributeDefinition{
					{AttributeName: aws.String("Source"), AttributeType: text},
					{AttributeName: aws.String("Region"), AttributeType: text},
				},
				nil,
				`table "other" has the wrong key Source (S), Region (S): that of a table of entries is Source (S) ` +
					`alone`,
			},
			"a number": {
				[]types.AttributeDefinition{{
					AttributeName: aws.String("Source"),
					AttributeType: types.ScalarAttributeTypeN,
				}},
				nil,
				`table "other" has the wrong key Source (N): that of a table of entries is Source (S) alone`,
			},
		} {
			t.Run(name, func(t *testing.T) {
				client := newTable(t)
				create(t, client, c.keys, c.item)
				other := table.New(client, "other")
				_, put := other.Put(t.Context(), entry.Entry{Source: "r.io/a:1", Destinations: []string{"r.io/b:1"}},
					now)
				_, removed := other.Remove(t.Context(), "r.io/a:1")
				var named error
				for _, err := range other.Named(t.Context(), []string{"r.io/a:1"}, now) {
					named = err
				}
				for call, err := range map[string]error{
					"All": only(t, other), "Put": put, "Remove": removed,
					"Named": named,
				} {
					var bad *entry.Error
					if errors.As(err, &bad) {
						err = bad.Err
					}
					if !errors.Is(err, table.ErrWrongKey) || err.Error() != c.want {
						t.Errorf("%s: %v, want %s", call, err, c.want)
					}
				}
			})
		}
	})
}

func create(t *testing.T, client *dynamodb.Client, keys []types.AttributeDefinition, it item) {
	t.Helper()
	schema := []types.KeySchemaElement{{AttributeName: keys[0].AttributeName, KeyType: types.KeyTypeHash}}
	if len(keys) > 1 {
		schema = append(schema, types.KeySchemaElement{
			AttributeName: keys[1].AttributeName, KeyType: types.KeyTypeRange,
		})
	}
	if _, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("other"), BillingMode: types.BillingModePayPerRequest, KeySchema: schema,
		AttributeDefinitions: keys,
	}); err != nil {
		t.Fatal(err)
	}
	if it == nil {
		return
	}
	if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("other"),
		Item:      it,
	}); err != nil {
		t.Fatal(err)
	}
}
