package ledgertable

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/awserror"
	"ecrmirror/internal/ledger"
)

// Records are what is remembered of some images. An image without a record has none in the maps.
type Records struct {
	Sources      map[ledger.Key]ledger.Source
	Destinations map[ledger.Key]ledger.Destination
}

// batchKeys is how many keys a BatchGetItem may have.
const batchKeys = 100

// Read reads the records of images at their sources and at destinations, at most 100 in a call. What it returns may be
// some seconds old: every write says what it was decided by, and is refused where that has changed.
func (t *Table) Read(ctx context.Context, sources, destinations []ledger.Key) (Records, error) {
	r := Records{Sources: map[ledger.Key]ledger.Source{}, Destinations: map[ledger.Key]ledger.Destination{}}
	keys := slices.Concat(keysOf(kindSource, sources), keysOf(kindDestination, destinations))
	for len(keys) > 0 {
		n := min(len(keys), batchKeys)
		left, err := t.readBatch(ctx, keys[:n], r)
		if err != nil {
			return Records{}, err
		}
		keys = append(left, keys[n:]...)
	}
	return r, nil
}

// keysOf returns the keys of records, each once: BatchGetItem refuses a key that is asked for twice.
func keysOf(kind string, keys []ledger.Key) []item {
	asked := make([]item, 0, len(keys))
	for _, k := range slices.Compact(slices.SortedFunc(slices.Values(keys), ledger.Key.Compare)) {
		asked = append(asked, keyOf(kind, k))
	}
	return asked
}

// readBatch reads records into r, and returns the keys that DynamoDB has not answered for.
func (t *Table) readBatch(ctx context.Context, keys []item, r Records) ([]item, error) {
	out, err := t.api.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
		RequestItems: map[string]types.KeysAndAttributes{t.name: {Keys: keys}},
	})
	if err != nil {
		return nil, t.failure("reading", err)
	}
	for _, it := range out.Responses[t.name] {
		switch kind, key := keyIn(it); kind {
		case kindSource:
			if !isLater(it) {
				r.Sources[key] = decodeSource(it)
			}
		case kindDestination:
			r.Destinations[key] = decodeDestination(it)
		}
	}
	return out.UnprocessedKeys[t.name].Keys, nil
}

// failure describes an error of DynamoDB's.
func (t *Table) failure(doing string, err error) error {
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		return fmt.Errorf("%w: %q (is it in this account and region?)", ErrNoTable, t.name)
	}
	return fmt.Errorf("%s ledger %q: %w", doing, t.name, awserror.Plain(err))
}
