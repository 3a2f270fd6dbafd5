package controller

import (
	"context"
	"log/slog"
	"sync"

	"ecrmirror/internal/entry"
)

// keepers is how many records are written to the ledger at a time.
const keepers = 64

// A keeper writes what has changed in the ledger, but for destinations that a job is submitted for. What it can't write
// is worked out anew by the next check.
type keeper struct {
	ledger Ledger // nil = there is none
	log    *slog.Logger
	slots  chan struct{}
	wg     sync.WaitGroup

	mu     sync.Mutex
	failed int   // records that could not be written
	err    error // the first reason
}

func newKeeper(to Ledger, log *slog.Logger) *keeper {
	return &keeper{ledger: to, log: log, slots: make(chan struct{}, keepers)}
}

// keep writes what has changed of an image. It returns before that is written, but waits while too many others are.
func (k *keeper) keep(ctx context.Context, d decision) {
	if d.known == nil {
		return
	}
	if known := d.known; known.source != known.read {
		k.write(ctx, func() error {
			_, err := k.ledger.WriteSource(ctx, known.sourceKey, known.read, known.source)
			return err
		})
	}
	for n, found := range d.result.Destinations {
		if r := d.known.destinations[n]; r.Now != r.Read && found.State != entry.Stale {
			k.write(ctx, func() error {
				_, err := k.ledger.WriteDestination(ctx, r.Key, r.Read, r.Now)
				return err
			})
		}
	}
}

func (k *keeper) write(ctx context.Context, write func() error) {
	select {
	case <-ctx.Done():
		return
	case k.slots <- struct{}{}:
	}
	k.wg.Go(func() {
		defer func() { <-k.slots }()
		err := write()
		if err == nil || k.ledger.Overtaken(err) { // by another check, which knows as much
			return
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.failed++; k.err == nil {
			k.err = err
		}
	})
}

// close waits until all is written, and warns of what could not be.
func (k *keeper) close(ctx context.Context) {
	k.wg.Wait()
	if k.failed > 0 && ctx.Err() == nil {
		k.log.Warn("records of the ledger not written", "records", k.failed, "reason", k.err.Error())
	}
}
