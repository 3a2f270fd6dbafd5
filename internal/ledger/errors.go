package ledger

import (
	"errors"
	"fmt"
	"time"
)

// Errors that say why no job is submitted for a destination.
var (
	// ErrLater says that a later version of this program wrote the record, which is left alone.
	ErrLater = errors.New("its record in the ledger is of a later version of this program, which must be updated")
	// ErrContested says that several entries have the destination, and that none of them is recorded as its owner.
	ErrContested = errors.New("several entries have it, and none of them is its owner")
)

// An OwnedError says that the destination is mirrored from another source, whose entry is in the table.
type OwnedError struct{ Owner Owner }

func (e *OwnedError) Error() string {
	return fmt.Sprintf("is mirrored from %s since %s: take it out of one of the two entries", e.Owner.Source,
		e.Owner.Since.UTC().Format(time.RFC3339))
}

// A HeldError says that the destination is kept as it is.
type HeldError struct{ Hold Hold }

func (e *HeldError) Error() string {
	return fmt.Sprintf("held since %s: %s", e.Hold.Since.UTC().Format(time.RFC3339), e.Hold.Because)
}

// DeferredUntil returns the zero time: a hold has no end of its own. A hold is no failure.
func (e *HeldError) DeferredUntil() time.Time { return time.Time{} }

// A FailedError says that jobs failed to bring the digest to the destination, and when the next is submitted.
type FailedError struct {
	Failure Failure
	Why     string // the last failed, in the words of the registry or of AWS Batch
	Log     string // of the last, GROUP:STREAM in CloudWatch Logs; "" = not known
}

// Error has what is most wanted first: a status has room for some 500 bytes.
func (e *FailedError) Error() string {
	again := ""
	if e.Failure.Times > 1 {
		again = fmt.Sprintf(" (%d in a row)", e.Failure.Times)
	}
	return fmt.Sprintf("job %s failed%s; next try after %s: %s", e.Failure.Job, again,
		e.Failure.Next.UTC().Format(time.RFC3339), e.Why)
}
