package ledgertable

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/awserror"
	"ecrmirror/internal/ledger"
)

// Records are what is remembered of some images. An image without a record has none in the maps.
type Records struct {
	Sources      map[ledger.Key]ledger.Source
	Destinations map[ledger.Key]ledger.Destination
}

const (
	// batchKeys is how many keys a BatchGetItem may have.
	batchKeys = 100
	// batches is how many of them are read at a time.
	batches = 16
	// batchAttempts is how often keys are asked for, in a row, of which DynamoDB leaves all out of its answers. The
	// first wait between them is batchWait, the others double it.
	batchAttempts = 6
	batchWait     = 50 * time.Millisecond
)

// Read reads the records of images at their sources and at destinations, at most 100 in a call. What it returns may be
// some seconds old: every write says what it was decided by, and is refused where that has changed.
func (t *Table) Read(ctx context.Context, sources, destinations []ledger.Key) (Records, error) {
	r := Records{Sources: map[ledger.Key]ledger.Source{}, Destinations: map[ledger.Key]ledger.Destination{}}
	var mu sync.Mutex
	reads, ctx := errgroup.WithContext(ctx)
	reads.SetLimit(batches)
	for batch := range slices.Chunk(asked(sources, destinations), batchKeys) {
		reads.Go(func() error {
			return t.readBatch(ctx, batch, eventually, func(it item) {
				mu.Lock()
				defer mu.Unlock()
				r.add(it)
			})
		})
	}
	if err := reads.Wait(); err != nil {
		return Records{}, err
	}
	return r, nil
}

// add adds what an item has.
func (r Records) add(it item) {
	switch kind, key := keyIn(it); kind {
	case kindSource:
		r.Sources[key] = decodeSource(it)
	case kindDestination:
		r.Destinations[key] = decodeDestination(it)
	}
}

// A record is one that is asked for.
type record struct {
	kind string
	key  ledger.Key
}

// asked returns the records of images, each once: BatchGetItem refuses a key that is asked for twice.
func asked(sources, destinations []ledger.Key) []record {
	records := make([]record, 0, len(sources)+len(destinations))
	for _, k := range distinct(sources) {
		records = append(records, record{kindSource, k})
	}
	for _, k := range distinct(destinations) {
		records = append(records, record{kindDestination, k})
	}
	return records
}

func distinct(keys []ledger.Key) []ledger.Key {
	return slices.Compact(slices.SortedFunc(slices.Values(keys), ledger.Key.Compare))
}

// ReadDestination returns the record of an image at a destination, as it is at the time of the call; the zero record if
// there is none.
func (t *Table) ReadDestination(ctx context.Context, k ledger.Key) (d ledger.Destination, err error) {
	err = t.readBatch(ctx, []record{{kindDestination, k}}, consistently, func(it item) { d = decodeDestination(it) })
	return d, err
}

// Whether a read sees all that was written before, which costs twice as much.
const (
	eventually   = false
	consistently = true
)

// readBatch hands the items of records to take.
func (t *Table) readBatch(ctx context.Context, batch []record, consistent bool, take func(item)) error {
	keys := make([]item, len(batch))
	for i, r := range batch {
		keys[i] = keyOf(r.kind, r.key)
	}
	for attempt, wait := 1, batchWait; ; attempt, wait = attempt+1, 2*wait {
		out, err := t.api.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{
				t.name: {Keys: keys, ConsistentRead: &consistent},
			},
		})
		if err != nil {
			return t.failure("reading", err)
		}
		for _, found := range out.Responses { // of one table, by the name or ARN that it was asked for
			for _, it := range found {
				take(it)
			}
		}
		var left []item
		for _, of := range out.UnprocessedKeys {
			left = of.Keys
		}
		switch {
		case len(left) == 0:
			return nil
		case len(left) < len(keys): // it gets on; an answer has 16 MB at most
			attempt, wait = 0, batchWait/2
		case attempt == batchAttempts:
			return fmt.Errorf("reading ledger %q: %w", t.name, errUnread)
		}
		keys = left
		if err := pause(ctx, wait); err != nil {
			return t.failure("reading", err)
		}
	}
}

// errUnread is what DynamoDB leaving keys unread comes to: throttling, said in another way.
var errUnread = fmt.Errorf("DynamoDB has left keys unread: %w",
	awserror.Plain(&types.ProvisionedThroughputExceededException{
		Message: aws.String("too many reads at a time"),
	}))

// pause waits, or returns why the context has ended.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// failure describes an error of DynamoDB's.
func (t *Table) failure(doing string, err error) error {
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		return fmt.Errorf("%w: %q (is it in this account and region?)", ErrNoTable, t.name)
	}
	return fmt.Errorf("%s ledger %q: %w", doing, t.name, awserror.Plain(err))
}
