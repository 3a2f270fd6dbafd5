package claims

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ecrmirror/internal/jobs"
	"ecrmirror/internal/ledger"
)

// attempts is how often a record that others write at the same time is decided about.
const attempts = 5

var (
	errBusy = fmt.Errorf("others have written its record in the ledger %d times in a row", attempts)
	errSlow = fmt.Errorf("no job was submitted within %s of its claim", ledger.SubmitWithin)
)

// claim writes a claim into a record. Live says that somebody else has just made one, for whichever digest: which of
// the two is the newer is not known here, and the next check knows. The error is why no job may be
// submitted, by the record as it is now.
func (c *Claimer) claim(ctx context.Context, name string, r Record) (_ Record, live bool, err error) {
	for range attempts {
		now := r.Now
		now.Claim = ledger.Claimed(name, c.ID(), r.Check, c.Now())
		written, err := c.Ledger.WriteDestination(ctx, r.Key, r.Read, now)
		switch {
		case err == nil:
			r.Read, r.Now = written, written
			return r, false, nil
		case !c.Ledger.Overtaken(err):
			return r, false, err
		case written.Claim.Request != "" && written.Claim != r.Read.Claim:
			return r, true, nil
		}
		r.Read = written
		if r.Now, err = written.After(r.Check); err != nil {
			return r, false, err
		}
	}
	return r, false, errBusy
}

// recordFor is how long the ends of submissions may take to be written when all else is to end.
const recordFor = 10 * time.Second

// record writes what becomes of claims. A claim that cannot be written stays until it ends by itself.
func (c *Claimer) record(ctx context.Context, claimed []place, change func(ledger.Claim) ledger.Claim) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordFor)
	defer cancel()
	for _, p := range claimed {
		read, id := p.record.Read, p.record.Read.Claim.ID
		for range attempts {
			now := read
			now.Claim = change(read.Claim)
			written, err := c.Ledger.WriteDestination(ctx, p.record.Key, read, now)
			if err == nil || !c.Ledger.Overtaken(err) || written.Claim.ID != id {
				break
			}
			read = written
		}
	}
}

// isUnknown reports whether a job may be there though it could not be submitted.
func isUnknown(err error) bool {
	failed, ok := errors.AsType[*jobs.Error](err)
	return ok && failed.Unknown
}
