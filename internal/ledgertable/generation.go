package ledgertable

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/batchget"
	"ecrmirror/internal/ledger"
)

// attrGeneration is a random text that tells this ledger from others. A table that is restored from a backup has that
// of the one that was lost; a new one has none.
const attrGeneration = "generation" // S

// generationKey is the key of the record that has it.
func generationKey() Item {
	return Item{attrPartition: text("ledger#"), attrSort: text("generation")}
}

// Generation returns what tells this ledger from others; "" if it is new.
func (t *Table) Generation(ctx context.Context) (string, error) {
	asked := types.KeysAndAttributes{Keys: []Item{generationKey()}, ConsistentRead: aws.Bool(true)}
	it, err := batchget.Item(ctx, t.api, t.name, asked, limited)
	if err != nil {
		return "", t.failure("reading", err)
	}
	return members(it).text(attrGeneration), nil
}

// Begin gives a new ledger its generation, and returns that; or the one that it has by now.
func (t *Table) Begin(ctx context.Context, generation string) (string, error) {
	u := update{names: map[string]string{"#pk": attrPartition}, values: Item{}}
	u.set(attrGeneration, text(generation))
	u.set(attrVersion, number(ledger.Version))
	u.conditions = []string{"attribute_not_exists(#pk)"}
	there, err := t.update(ctx, generationKey(), u)
	if errors.Is(err, ErrOvertaken) {
		return members(there).text(attrGeneration), nil
	}
	return generation, err
}
