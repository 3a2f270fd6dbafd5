package ledgerstore

import (
	"bytes"
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"go.etcd.io/bbolt"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/ledgerfile"
	"ecrmirror/internal/ledgertable"
)

// pageItems is how many items are read together: writes go on between pages.
const pageItems = 256

// keyOf returns where the file has an item: by both of its keys, which have no zero byte.
func keyOf(it ledgertable.Item) []byte {
	partition, _ := it[contract.LedgerPartition].(*types.AttributeValueMemberS)
	sort, _ := it[contract.LedgerSort].(*types.AttributeValueMemberS)
	return []byte(partition.Value + "\x00" + sort.Value)
}

// itemAt returns an item; nil if there is none.
func itemAt(items *bbolt.Bucket, key []byte) (ledgertable.Item, error) {
	text := items.Get(key)
	if text == nil {
		return nil, nil
	}
	return decode(key, text)
}

func decode(key, text []byte) (ledgertable.Item, error) {
	it, err := ledgerfile.Unmarshal(text)
	if err != nil {
		return nil, fmt.Errorf("%w (record %q: %w)", ErrDamaged, bytes.ReplaceAll(key, []byte{0}, []byte{' '}), err)
	}
	return it, nil
}

// Items iterates all items of the ledger, sorted by their keys, as [ledgertable.Table.Items] does, for
// [ledgerfile.Write]. What is written meanwhile may be among them. An error is the last.
func (s *Store) Items(ctx context.Context) iter.Seq2[ledgertable.Item, error] {
	return func(yield func(ledgertable.Item, error) bool) {
		var after []byte
		for {
			page, last, err := s.page(ctx, after)
			for _, it := range page {
				if !yield(it, nil) {
					return
				}
			}
			switch {
			case err != nil:
				yield(nil, err)
				return
			case len(page) < pageItems:
				return
			}
			after = last
		}
	}
}

// page returns the items after a key, some at most, and the key of the last.
func (s *Store) page(ctx context.Context, after []byte) (page []ledgertable.Item, last []byte, err error) {
	err = s.view(ctx, func(items *bbolt.Bucket) error {
		cursor := items.Cursor()
		key, text := cursor.Seek(after)
		if after != nil && bytes.Equal(key, after) {
			key, text = cursor.Next()
		}
		for ; key != nil && len(page) < pageItems; key, text = cursor.Next() {
			it, err := decode(key, text)
			if err != nil {
				return err
			}
			page, last = append(page, ledgertable.Cleared(it)), bytes.Clone(key)
		}
		return nil
	})
	return page, last, err
}
