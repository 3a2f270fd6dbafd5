package jobledger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
	"ecrmirror/internal/mirror"
)

// A Table keeps the records.
type Table interface {
	// ReadHold reads whether an image at a destination is held, as it is now.
	ReadHold(context.Context, ledger.Key) (ledger.Hold, error)
	// WriteOutcome writes what became of an image at a destination, if there is a record of it.
	WriteOutcome(context.Context, ledger.Key, ledger.Outcome) error
}

var _ Table = (*ledgertable.Table)(nil)

// A Ledger is the ledger as a job uses it.
type Ledger struct {
	Table Table
	Name  string       // of the table, for warnings
	Log   *slog.Logger // gets warnings
}

var _ mirror.Guard = (*Ledger)(nil)

// BeforeTag implements [mirror.Guard]. The error wraps a *[ledger.HeldError] if the image is held; no other try helps
// until somebody releases it. It is another one if that is not known: a tag that may be held does not move.
func (l *Ledger) BeforeTag(ctx context.Context, destination imagename.Name) error {
	if destination.IsOnDisk() { // of which the ledger has no records
		return nil
	}
	hold, err := l.Table.ReadHold(ctx, ledger.KeyOf(destination))
	switch {
	case err != nil:
		return fmt.Errorf("asking whether it is held: %w", err)
	case hold.Held():
		return fmt.Errorf("left as it is: %w", &ledger.HeldError{Hold: hold})
	}
	return nil
}

const (
	// writeWithin is how long the outcomes of a copy may take to be written. AWS Batch gives a job that it stops 30
	// seconds from SIGTERM to SIGKILL (AWS Batch User Guide, "Job timeouts").
	writeWithin = 10 * time.Second
	// writesAtOnce bounds how many are written at a time.
	writesAtOnce = 8
)

// Write writes outcomes, even where the context has ended, in some seconds. What can't be written is a warning.
func (l *Ledger) Write(ctx context.Context, records []Record) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeWithin)
	defer cancel()
	var writes errgroup.Group
	writes.SetLimit(writesAtOnce)
	for _, r := range records {
		writes.Go(func() error {
			l.write(ctx, r)
			return nil
		})
	}
	_ = writes.Wait()
}

func (l *Ledger) write(ctx context.Context, r Record) {
	err := l.Table.WriteOutcome(ctx, ledger.KeyOf(r.Destination), r.Outcome)
	log := l.Log.With("ledger", l.Name, "destination", r.Destination.String())
	switch {
	case errors.Is(err, ledgertable.ErrNoRecord):
		log.DebugContext(ctx, "outcome not recorded: the ledger has no record of the image")
	case err != nil:
		log.WarnContext(ctx, "outcome not recorded", "error", err.Error())
	}
}
