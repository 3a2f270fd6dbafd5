package ledgerstore

import (
	"context"

	"ecrmirror/internal/ledgertable"
)

// Put puts an item as it is.
func (s *Store) Put(ctx context.Context, it ledgertable.Item) error {
	_, err := s.write(ctx, it, func(ledgertable.Item) (ledgertable.Item, error) { return it, nil })
	return err
}
