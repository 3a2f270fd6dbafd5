package table

import (
	"fmt"
	"testing"

	"ecrmirror/internal/transient"
)

// What DynamoDB leaves unread, it may read another time.
func TestUnreadKeysAreWorthAnotherTry(t *testing.T) {
	if err := fmt.Errorf("reading table: %w", errUnread); !transient.Is(err) {
		t.Errorf("%v is for good", err)
	}
}
