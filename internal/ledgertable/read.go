package ledgertable

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/batchget"
	"ecrmirror/internal/ledger"
)

// Records are what is remembered of some images. An image without a record has none in the maps.
type Records struct {
	Sources      map[ledger.Key]ledger.Source
	Destinations map[ledger.Key]ledger.Destination
}

// Read reads the records of images at their sources and at destinations, at most 100 in a call. What it returns may be
// some seconds old: every write says what it was decided by, and is refused where that has changed.
func (t *Table) Read(ctx context.Context, sources, destinations []ledger.Key) (Records, error) {
	r := NewRecords()
	var mu sync.Mutex
	reads, ctx := errgroup.WithContext(ctx)
	reads.SetLimit(batches)
	for batch := range slices.Chunk(asked(sources, destinations), batchget.MaxKeys) {
		reads.Go(func() error {
			return t.readBatch(ctx, keysOf(batch), eventually, func(it Item) {
				mu.Lock()
				defer mu.Unlock()
				r.Add(it)
			})
		})
	}
	if err := reads.Wait(); err != nil {
		return Records{}, err
	}
	return r, nil
}

// NewRecords returns records of no images.
func NewRecords() Records {
	return Records{Sources: map[ledger.Key]ledger.Source{}, Destinations: map[ledger.Key]ledger.Destination{}}
}

// Add adds a record of a source or a destination. Other items are passed over.
func (r Records) Add(it Item) {
	switch kind, key := keyIn(it); kind {
	case kindSource:
		r.Sources[key] = decodeSource(it)
	case kindDestination:
		r.Destinations[key] = DecodeDestination(it)
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

// keysOf returns the keys of records.
func keysOf(records []record) []Item {
	keys := make([]Item, len(records))
	for i, r := range records {
		keys[i] = keyOf(r.kind, r.key)
	}
	return keys
}

func distinct(keys []ledger.Key) []ledger.Key {
	return slices.Compact(slices.SortedFunc(slices.Values(keys), ledger.Key.Compare))
}

// ReadDestination returns the record of an image at a destination, as it is at the time of the call; the zero record if
// there is none.
func (t *Table) ReadDestination(ctx context.Context, k ledger.Key) (d ledger.Destination, err error) {
	err = t.readBatch(ctx, []Item{DestinationKey(k)}, consistently, func(it Item) { d = DecodeDestination(it) })
	return d, err
}
