package ledgertable_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
)

// Who has a job's role can make outcomes of 390 KB, of any number of records. They cost the controller no memory, and
// nothing but themselves.
func TestOutcomesThatAreTooLarge(t *testing.T) {
	each(t, func(t *testing.T, api *dynamodb.Client, table *ledgertable.Table) {
		var keys []ledger.Key
		for n := range 5 {
			k := ledger.Key{Repository: "ghcr.io/org/app", Tag: fmt.Sprint(n)}
			keys = append(keys, k)
			if _, err := table.WriteDestination(t.Context(), k, ledger.Destination{}, full); err != nil {
				t.Fatal(err)
			}
			size := 100
			if n%2 == 0 {
				size = 390_000
			}
			_, err := api.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: aws.String(name), Key: map[string]types.AttributeValue{
					"PK": &types.AttributeValueMemberS{Value: "dst#" + k.Repository},
					"SK": &types.AttributeValueMemberS{Value: k.Tag},
				},
				UpdateExpression: aws.String("SET outcome = :o"),
				ExpressionAttributeValues: map[string]types.AttributeValue{
					":o": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
						"job": &types.AttributeValueMemberS{Value: "j"}, "error": &types.AttributeValueMemberS{
							Value: strings.Repeat("x", size),
						},
					}},
				},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		r, err := table.Read(t.Context(), nil, keys)
		if err != nil {
			t.Fatal(err)
		}
		for n, k := range keys {
			want := kept()
			if n%2 == 1 {
				want.Outcome = ledger.Outcome{Job: "j", Error: strings.Repeat("x", 100)}
			}
			if got := r.Destinations[k]; got != want {
				t.Errorf("%d: %.1000s", n, fmt.Sprint(got))
			}
		}
	})
}
