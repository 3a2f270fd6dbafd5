package jobledger_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ecrmirror/internal/jobledger"
	"ecrmirror/internal/ledger"
)

// A silent ledger does not answer.
type silent struct{ jobledger.Table }

func (silent) WriteOutcome(ctx context.Context, _ ledger.Key, _ ledger.Outcome) error {
	<-ctx.Done()
	return ctx.Err()
}

// However many images there are, and though the ledger says nothing, no image waits, and the end comes before AWS Batch
// kills a job that it has told to end.
func TestNoImageWaitsForTheLedger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := jobledger.Ledger{Table: silent{}, Log: slog.New(slog.DiscardHandler)}
		ended, end := context.WithCancel(t.Context())
		end()
		r, began := l.Recorder(ended), time.Now()
		for range 50 {
			r.Add([]jobledger.Record{{Destination: named(t, "registry.example.com/app:1")}})
		}
		if waited := time.Since(began); waited > 0 {
			t.Errorf("they waited for %v", waited)
		}
		if r.Close(); time.Since(began) > 25*time.Second {
			t.Errorf("it ended after %v", time.Since(began))
		}
	})
}

// A counting ledger notes what is written, each in its time.
type counting struct {
	jobledger.Table
	mu     sync.Mutex
	counts map[ledger.Key]int
}

func (c *counting) WriteOutcome(_ context.Context, k ledger.Key, _ ledger.Outcome) error {
	time.Sleep(time.Millisecond)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[k]++
	return nil
}

func TestEachOutcomeIsWrittenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counting{counts: map[ledger.Key]int{}}
		l := jobledger.Ledger{Table: c, Log: slog.New(slog.DiscardHandler)}
		r := l.Recorder(t.Context())
		var images sync.WaitGroup
		for n := range 100 {
			images.Go(func() {
				time.Sleep(time.Duration(n) * 700 * time.Microsecond)
				r.Add([]jobledger.Record{{Destination: named(t, "registry.example.com/app:t"+time.Duration(n).String())}})
			})
		}
		images.Wait()
		r.Close()
		for k, n := range c.counts {
			if n != 1 {
				t.Errorf("%v: %d times", k, n)
			}
		}
		if len(c.counts) != 100 {
			t.Errorf("%d were written", len(c.counts))
		}
	})
}
