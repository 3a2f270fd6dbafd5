package ledgerstore_test

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgerfile"
)

// A ledger in a file moves to DynamoDB by way of the file that ledgerfile writes, as it is.
func TestMovingToDynamoDB(t *testing.T) {
	file, table := inFile(t), inTable(t)
	var writes sync.WaitGroup
	for n := range 600 { // more than are read together
		writes.Go(func() {
			k := ledger.Key{Repository: fmt.Sprint("r.io/app-", n%7), Tag: fmt.Sprint(n)}
			_, err := file.WriteSource(t.Context(), k, ledger.Source{}, ledger.Source{Digest: one, Since: now})
			if err != nil {
				t.Error(err)
			}
			if _, err := file.WriteDestination(t.Context(), k, ledger.Destination{}, numbered(n)); err != nil {
				t.Error(err)
			}
			if err := file.WriteOutcome(t.Context(), k, outcome); err != nil {
				t.Error(err)
			}
		})
	}
	writes.Wait()
	var export bytes.Buffer
	if n, err := ledgerfile.Write(&export, file.items(t.Context())); err != nil || n != 1200 {
		t.Fatalf("%d items, %v", n, err)
	}
	for it, err := range ledgerfile.Read(&export) {
		if err == nil {
			err = table.put(t.Context(), it)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	sameItems(t, table, file)
	for range file.items(t.Context()) {
		break // which ends the reading
	}
}

// BenchmarkWrites has some writers write at once: their writes are on disk together.
func BenchmarkWrites(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprint("writers=", writers), func(b *testing.B) {
			s := open(b, b.TempDir()+"/ledger.db")
			var left atomic.Int64
			left.Store(int64(b.N))
			var work sync.WaitGroup
			for writer := range writers {
				work.Go(func() {
					var d ledger.Destination
					for err := error(nil); left.Add(-1) >= 0 && err == nil; {
						d, err = s.WriteDestination(b.Context(), imageOf(writer), d, numbered(int(d.Revision)))
					}
				})
			}
			work.Wait()
		})
	}
}
