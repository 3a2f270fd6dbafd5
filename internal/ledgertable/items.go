package ledgertable

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Items iterates all items of the ledger as they are, but for outcomes: a job's role may have made anything of those,
// and what no job writes is left out.
func (t *Table) Items(ctx context.Context, api HistoryAPI) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		pages := dynamodb.NewScanPaginator(api, &dynamodb.ScanInput{TableName: aws.String(t.name)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(nil, t.failure("reading", err))
				return
			}
			for _, it := range page.Items {
				if !yield(Cleared(it), nil) {
					return
				}
			}
		}
	}
}

// Cleared returns an item as an export has it: of its outcome only what a job writes. One of a later version is as it
// is. The item is modified.
func Cleared(it Item) Item {
	if outcome, ok := it[attrOutcome]; ok && !isLater(it) {
		it[attrOutcome] = encodeOutcome(decodeOutcome(membersOf(outcome)))
	}
	return compact(it)
}

// Add adds an item as it is. The error wraps [ErrOvertaken] if there is one of that key, which is left alone.
func (t *Table) Add(ctx context.Context, it Item) error {
	kind, k := keyIn(it)
	if k.Repository == "" && k.Tag == "" {
		return fmt.Errorf("an item without the keys %s and %s, which are texts", attrPartition, attrSort)
	}
	u := update{names: map[string]string{"#pk": attrPartition}, values: Item{}}
	for _, name := range slices.Sorted(maps.Keys(it)) {
		if name != attrPartition && name != attrSort {
			u.setAs(fmt.Sprintf("a%d", len(u.names)), name, it[name])
		}
	}
	u.conditions = []string{"attribute_not_exists(#pk)"}
	_, err := t.update(ctx, keyOf(kind, k), u)
	return err
}

// setAs is set by an alias of its own: the name may be any text.
func (u *update) setAs(alias, name string, v types.AttributeValue) {
	u.names["#"+alias], u.values[":"+alias] = name, v
	u.sets = append(u.sets, fmt.Sprintf("#%s = :%s", alias, alias))
}
