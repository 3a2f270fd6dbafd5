// Package generation tells whether a ledger is the one that a table of entries has always been used with. A ledger
// that was deleted and made anew, or that belongs to another table, knows nothing of the images: who owns a
// destination, what is held, and since when a digest is known. It is used only once somebody says so.
package generation

import (
	"context"
	"fmt"
)

// Entries is the table of entries. [table.Table] implements it.
type Entries interface {
	// Generation returns the generation of the ledger that belongs to the table; "" if none does.
	Generation(ctx context.Context) (string, error)
	// Adopt makes another ledger the one that belongs to the table.
	Adopt(ctx context.Context, generation string) error
}

// Ledger is the ledger.
type Ledger interface {
	// Generation returns what tells the ledger from others; "" if it is new.
	Generation(ctx context.Context) (string, error)
	// Begin gives a new ledger its generation. It returns the one that the ledger has afterwards.
	Begin(ctx context.Context, generation string) (string, error)
}

// A ForeignError says that a ledger does not belong to the table.
type ForeignError struct{ New bool }

func (e *ForeignError) Error() string {
	what := "it belongs to another table"
	if e.New {
		what = "it is new, and the table was used with another one"
	}
	return fmt.Sprintf("the ledger is not used: %s (if it is the right one: controller ledger adopt)", what)
}

// Check returns an error that wraps a [*ForeignError] unless the ledger belongs to the table. Fresh says that neither
// has seen the other, nor any other: they may belong together from now on, by [Adopt].
func Check(ctx context.Context, entries Entries, ledger Ledger) (fresh bool, err error) {
	wanted, err := entries.Generation(ctx)
	if err != nil {
		return false, err
	}
	has, err := ledger.Generation(ctx)
	switch {
	case err != nil:
		return false, err
	case has == wanted:
		return has == "", nil
	}
	return false, &ForeignError{New: has == ""}
}

// Adopt makes the ledger the one that belongs to the table, whatever was before. Random gives the generation of a new
// ledger.
func Adopt(ctx context.Context, entries Entries, ledger Ledger, random func() string) error {
	has, err := ledger.Generation(ctx)
	if err == nil && has == "" {
		has, err = ledger.Begin(ctx, random())
	}
	if err != nil {
		return err
	}
	return entries.Adopt(ctx, has)
}
