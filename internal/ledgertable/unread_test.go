package ledgertable_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
	"ecrmirror/internal/transient"
)

// A busy is a DynamoDB that reads so many keys of each request and leaves the others.
type busy struct {
	*dynamodb.Client
	reads int
}

func (b *busy) BatchGetItem(
	ctx context.Context, in *dynamodb.BatchGetItemInput, opts ...func(*dynamodb.Options),
) (*dynamodb.BatchGetItemOutput, error) {
	asked := in.RequestItems[name]
	left := types.KeysAndAttributes{Keys: asked.Keys[b.reads:]}
	if asked.Keys = asked.Keys[:b.reads]; b.reads == 0 {
		return &dynamodb.BatchGetItemOutput{
			UnprocessedKeys: map[string]types.KeysAndAttributes{name: left},
		}, nil
	}
	read := &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{name: asked}}
	out, err := b.Client.BatchGetItem(ctx, read, opts...)
	if err == nil && len(left.Keys) > 0 {
		out.UnprocessedKeys = map[string]types.KeysAndAttributes{name: left}
	}
	return out, err
}

// Keys that DynamoDB leaves are asked for again as long as it gets on. Where it does not, another try may help.
func TestKeysThatAreLeft(t *testing.T) {
	each(t, func(t *testing.T, api *dynamodb.Client, table *ledgertable.Table) {
		var keys []ledger.Key
		for n := range 10 {
			k := ledger.Key{Repository: "ghcr.io/org/app", Tag: fmt.Sprint(n)}
			keys = append(keys, k)
			if _, err := table.WriteDestination(t.Context(), k, ledger.Destination{}, full); err != nil {
				t.Fatal(err)
			}
		}
		r, err := ledgertable.New(&busy{api, 1}, name).Read(t.Context(), nil, keys)
		if len(r.Destinations) != len(keys) || err != nil {
			t.Errorf("%d of %d, %v", len(r.Destinations), len(keys), err)
		}
		never := ledgertable.New(&busy{api, 0}, name)
		if _, err := never.Read(t.Context(), nil, keys); !transient.Is(err) {
			t.Errorf("got %v", err)
		}
		if _, err := never.Generation(t.Context()); !transient.Is(err) {
			t.Errorf("got %v", err)
		}
	})
}
