package batchget_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ecrmirror/internal/awserror"
	"ecrmirror/internal/batchget"
	"ecrmirror/internal/transient"
	"ecrmirror/testkit/leaks"
)

// TestMain fails the tests where they leave goroutines behind.
func TestMain(m *testing.M) { leaks.Main(m) }

type item = map[string]types.AttributeValue

func keyed(keys ...string) (items []item) {
	for _, k := range keys {
		items = append(items, item{"PK": &types.AttributeValueMemberS{Value: k}})
	}
	return items
}

// A dynamo reads so many keys of a request and leaves the others. It tells of the table by its ARN.
type dynamo struct {
	reads int
	err   error
}

func (d dynamo) BatchGetItem(
	_ context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options),
) (*dynamodb.BatchGetItemOutput, error) {
	asked := in.RequestItems["table"].Keys
	out := &dynamodb.BatchGetItemOutput{Responses: map[string][]item{"arn:table": asked[:d.reads]}}
	if d.reads < len(asked) {
		out.UnprocessedKeys = map[string]types.KeysAndAttributes{"arn:table": {Keys: asked[d.reads:]}}
	}
	return out, d.err
}

// What is left is to be asked for as the rest was.
func TestItems(t *testing.T) {
	broken := errors.New("broken")
	asked := types.KeysAndAttributes{
		Keys: keyed("a", "b", "c"), ConsistentRead: aws.Bool(true), ProjectionExpression: aws.String("PK"),
	}
	for _, c := range []struct {
		name      string
		dynamo    dynamo
		got, left []item
		err       error
	}{
		{"all", dynamo{reads: 3}, keyed("a", "b", "c"), nil, nil},
		{"some", dynamo{reads: 2}, keyed("a", "b"), keyed("c"), nil},
		{"none", dynamo{}, nil, keyed("a", "b", "c"), nil},
		{"an error", dynamo{err: broken}, nil, keyed("a", "b", "c"), broken},
	} {
		var got []item
		left, err := batchget.Items(t.Context(), c.dynamo, "table", asked, nil, func(it item) { got = append(got, it) })
		want := asked
		want.Keys = c.left
		options := cmp.Options{
			cmpopts.IgnoreUnexported(types.KeysAndAttributes{}, types.AttributeValueMemberS{}), cmpopts.EquateEmpty(),
		}
		if diff := cmp.Diff(want, left, options); diff != "" || !errors.Is(err, c.err) {
			t.Errorf("%s: %v, left (-want +got)\n%s", c.name, err, diff)
		}
		if diff := cmp.Diff(c.got, got, options); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.name, diff)
		}
	}
}

func TestItem(t *testing.T) {
	broken := errors.New("broken")
	asked := types.KeysAndAttributes{Keys: keyed("a")}
	for _, c := range []struct {
		name   string
		dynamo dynamo
		there  bool
		err    error
	}{
		{"there", dynamo{reads: 1}, true, nil},
		{"left", dynamo{}, false, batchget.ErrUnread},
		{"an error", dynamo{err: broken}, false, broken},
	} {
		it, err := batchget.Item(t.Context(), c.dynamo, "table", asked, nil)
		if (it != nil) != c.there || !errors.Is(err, c.err) {
			t.Errorf("%s: %v, %v", c.name, it, err)
		}
	}
	if it, err := batchget.Item(t.Context(), dynamo{}, "table", types.KeysAndAttributes{}, nil); it != nil || err != nil {
		t.Errorf("one that does not exist: %v, %v", it, err)
	}
}

// What DynamoDB leaves unread, it may read another time, and says so in words that stay what they are.
func TestUnreadKeysAreWorthAnotherTry(t *testing.T) {
	if err := fmt.Errorf("reading table: %w", batchget.ErrUnread); !transient.Is(err) {
		t.Errorf("%v is for good", err)
	}
	plain := awserror.Plain(batchget.ErrUnread)
	if plain.Error() != batchget.ErrUnread.Error() || !transient.Is(plain) {
		t.Errorf("%v, worth another try: %v", plain, transient.Is(plain))
	}
}
