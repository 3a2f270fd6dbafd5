package ledgerstore

import (
	"context"

	"go.etcd.io/bbolt"

	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
)

// Read reads the records of images at their sources and at destinations, as they are at one moment.
func (s *Store) Read(ctx context.Context, sources, destinations []ledger.Key) (ledgertable.Records, error) {
	records := ledgertable.NewRecords()
	err := s.view(ctx, func(items *bbolt.Bucket) error {
		for _, k := range sources {
			it, err := itemAt(items, keyOf(ledgertable.SourceKey(k)))
			if err != nil {
				return err
			}
			records.Add(it)
		}
		for _, k := range destinations {
			it, err := itemAt(items, keyOf(ledgertable.DestinationKey(k)))
			if err != nil {
				return err
			}
			records.Add(it)
		}
		return nil
	})
	if err != nil {
		return ledgertable.Records{}, err
	}
	return records, nil
}

// ReadDestination returns the record of an image at a destination; the zero record if there is none.
func (s *Store) ReadDestination(ctx context.Context, k ledger.Key) (ledger.Destination, error) {
	it, err := s.destination(ctx, k)
	return ledgertable.DecodeDestination(it), err
}

// ReadHold reads whether an image at a destination is held. An image without a record is not. The error is
// [ledger.ErrLater] if the record is of a later version.
func (s *Store) ReadHold(ctx context.Context, k ledger.Key) (ledger.Hold, error) {
	it, err := s.destination(ctx, k)
	if err != nil {
		return ledger.Hold{}, err
	}
	return ledgertable.HoldIn(it)
}

// destination returns the item of an image at a destination; nil if there is none.
func (s *Store) destination(ctx context.Context, k ledger.Key) (it ledgertable.Item, err error) {
	err = s.view(ctx, func(items *bbolt.Bucket) (err error) {
		it, err = itemAt(items, keyOf(ledgertable.DestinationKey(k)))
		return err
	})
	return it, err
}

// view has a function read items as they are at one moment.
func (s *Store) view(ctx context.Context, read func(items *bbolt.Bucket) error) error {
	if err := context.Cause(ctx); err != nil {
		return s.failure("reading", err)
	}
	err := guarded(func() error {
		return s.db.View(func(tx *bbolt.Tx) error { return read(tx.Bucket(bucketItems)) })
	})
	if err != nil {
		return s.failure("reading", err)
	}
	return nil
}
