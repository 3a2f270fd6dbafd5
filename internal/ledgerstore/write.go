package ledgerstore

import (
	"context"
	"errors"

	"go.etcd.io/bbolt"

	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgerfile"
	"ecrmirror/internal/ledgertable"
)

// WriteSource writes what changed of an image at its source, and returns the record as it is then. The error wraps
// [ledgertable.ErrOvertaken] if another has written the record since it was read.
func (s *Store) WriteSource(ctx context.Context, k ledger.Key, read, now ledger.Source) (ledger.Source, error) {
	change, now, err := ledgertable.ChangeSource(k, read, now)
	if err != nil {
		return now, err
	}
	_, err = s.write(ctx, change.Key, change.Apply)
	return now, err
}

// WriteDestination writes what changed of an image at a destination, and never an outcome, which [Store.WriteOutcome]
// writes. It returns the record as it is then. The error wraps [ledgertable.ErrOvertaken] if another has written the
// record since it was read, but for its outcome; the record that is there now is returned with it.
func (s *Store) WriteDestination(
	ctx context.Context, k ledger.Key, read, now ledger.Destination,
) (ledger.Destination, error) {
	change, now, err := ledgertable.ChangeDestination(k, read, now)
	if err != nil {
		return now, err
	}
	if there, err := s.write(ctx, change.Key, change.Apply); err != nil {
		return ledgertable.DecodeDestination(there), err
	}
	return now, nil
}

// Overtaken reports whether an error says that another has written the record since it was read.
func (*Store) Overtaken(err error) bool { return errors.Is(err, ledgertable.ErrOvertaken) }

// WriteOutcome writes what became of an image at a destination. The error is [ledgertable.ErrNoRecord] if there is no
// record, and [ledger.ErrLater] if the record is of a later version.
func (s *Store) WriteOutcome(ctx context.Context, k ledger.Key, o ledger.Outcome) error {
	_, err := s.write(ctx, ledgertable.DestinationKey(k), func(there ledgertable.Item) (ledgertable.Item, error) {
		return ledgertable.WithOutcome(there, o)
	})
	return err
}

// write has a function make another item of the one at a key, which is nil if there is none, and returns once that is
// on disk. It returns the item that was there, and the error of the function, after which nothing is written. Writes at
// the same time are committed together. A context that ends meanwhile ends the call before the item is written, or not
// at all: whether it was written is always known.
func (s *Store) write(
	ctx context.Context, key ledgertable.Item, step func(there ledgertable.Item) (ledgertable.Item, error),
) (there ledgertable.Item, err error) {
	var refused error
	attempt := func(tx *bbolt.Tx) (err error) { // which may be called again, after the others of its commit
		defer faulting()()
		there, refused = nil, nil // an error that is returned would undo what is written along with it
		if err := context.Cause(ctx); err != nil {
			refused = s.failure("writing", err)
			return nil
		}
		items, at := tx.Bucket(bucketItems), keyOf(key)
		if there, err = itemAt(items, at); err != nil {
			return err
		}
		after, err := step(there)
		if err != nil {
			refused = err
			return nil
		}
		text, err := ledgerfile.Marshal(after)
		if err != nil {
			return err
		}
		return items.Put(at, text)
	}
	if err := context.Cause(ctx); err != nil {
		return nil, s.failure("writing", err)
	}
	if err := guarded(func() error { return s.db.Batch(attempt) }); err != nil {
		return nil, s.failure("writing", err)
	}
	return there, refused
}
