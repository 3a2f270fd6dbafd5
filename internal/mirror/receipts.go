package mirror

import (
	"context"

	"github.com/opencontainers/go-digest"
)

// Receipts puts receipts beside the images that destinations hold. Its method is safe for concurrent use.
type Receipts interface {
	// Put puts a receipt beside the image at each destination of a report that holds it, unless one is there or the
	// place is on disk, and notes in the results what became of it.
	Put(ctx context.Context, report *Report)
}

// A Receipt is what became of the receipt for an image at a destination. It is zero where none was wanted.
type Receipt struct {
	Digest digest.Digest // of its manifest; "" if there is none
	Made   bool          // it was put now, and was not there before
	// Err says why there is none, with the destination as an *[Error]. The destination holds the image all the same.
	Err error
}

// certify has receipts put beside an image that was copied.
func (c *Copier) certify(ctx context.Context, report *Report) {
	if c.opts.Receipts == nil {
		return
	}
	c.opts.Receipts.Put(ctx, report)
	for i := range report.Results {
		if r := &report.Results[i]; r.Receipt.Err != nil {
			r.Receipt.Err = destinationError(r.Name, "putting its receipt", r.Receipt.Err)
		}
	}
}

// Failure returns why the destination failed, or else why there is no receipt for the image there.
func (r *Result) Failure() error {
	if r.Err == nil {
		return r.Receipt.Err
	}
	return r.Err
}
