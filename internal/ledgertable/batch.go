package ledgertable

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/answerlimit"
	"ecrmirror/internal/batchget"
	"ecrmirror/internal/sleep"
)

const (
	// batches is how many batches of keys are read at a time.
	batches = 16
	// batchAttempts is how often keys are asked for, in a row, of which DynamoDB leaves all out of its answers. The
	// first wait between them is batchWait, the others double it.
	batchAttempts = 6
	batchWait     = 50 * time.Millisecond
)

// maxAnswer is how many bytes of JSON an answer may have: more than a hundred records whose jobs have failed.
const maxAnswer = 320 << 10

// errLarge is why an answer is not read.
var errLarge = fmt.Errorf("more than %d bytes of JSON, which no records come near", maxAnswer)

func limited(o *dynamodb.Options) { answerlimit.Bytes(maxAnswer, errLarge)(o) }

// Whether a read sees all that was written before, which costs twice as much.
const (
	eventually   = false
	consistently = true
)

// readBatch hands the items of keys to take. Where their answer is too large, fewer are read together. A record that is
// too large alone is so by its outcome, which who has a job's role may have made: it is read without that.
func (t *Table) readBatch(ctx context.Context, keys []Item, consistent bool, take func(Item)) error {
	asked := types.KeysAndAttributes{Keys: keys, ConsistentRead: &consistent}
	err := t.readAll(ctx, asked, take)
	switch half := len(keys) / 2; {
	case !errors.Is(err, errLarge):
		return err
	case half > 0:
		if err := t.readBatch(ctx, keys[:half], consistent, take); err != nil {
			return err
		}
		return t.readBatch(ctx, keys[half:], consistent, take)
	}
	var aliases []string
	asked.ExpressionAttributeNames = map[string]string{}
	for _, name := range controllers {
		aliases = append(aliases, "#"+name)
		asked.ExpressionAttributeNames["#"+name] = name
	}
	asked.ProjectionExpression = aws.String(strings.Join(aliases, ", "))
	return t.readAll(ctx, asked, take)
}

// readAll hands the items that are asked for to take.
func (t *Table) readAll(ctx context.Context, asked types.KeysAndAttributes, take func(Item)) error {
	for attempt, wait := 1, batchWait; ; attempt, wait = attempt+1, 2*wait {
		left, err := batchget.Items(ctx, t.api, t.name, asked, limited, take)
		switch {
		case err != nil:
			return t.failure("reading", err)
		case len(left.Keys) == 0:
			return nil
		case len(left.Keys) < len(asked.Keys): // it gets on; an answer has 16 MB at most
			attempt, wait = 0, batchWait/2
		case attempt == batchAttempts:
			return t.failure("reading", batchget.ErrUnread)
		}
		asked = left
		if err := sleep.For(ctx, wait); err != nil {
			return t.failure("reading", err)
		}
	}
}
