package jobledger

import (
	"context"
	"errors"
	"time"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/printable"
)

// longestError is how many bytes an error has at most, so that a record stays small.
const longestError = 500

// A Record is what became of an image at a destination.
type Record struct {
	Destination imagename.Name
	Outcome     ledger.Outcome
}

// Outcomes returns what a report says of each destination in a registry; the ledger has no others. Of a copy that was
// stopped, for the reason given, no failure is for good; stopped is nil of one that ended by itself.
func Outcomes(report *mirror.Report, job Job, stopped error, now time.Time) []Record {
	var records []Record
	for _, r := range report.Results {
		if r.Name.IsOnDisk() {
			continue
		}
		o := ledger.Outcome{
			Job: job.ID, Attempt: job.Attempt, Log: job.Log, Time: now, From: report.SourceDigest,
			Digest: r.Digest, Bytes: r.BytesSent, Took: report.Elapsed,
		}
		if r.Err != nil {
			o.Error, o.Transient = words(r.Err, stopped), r.Transient || stopped != nil
			_, o.Held = errors.AsType[*ledger.HeldError](r.Err)
		}
		records = append(records, Record{Destination: r.Name, Outcome: o})
	}
	return records
}

// words returns why a destination failed, without its name, which the record has by its key. Where the copy was
// stopped, that is why.
func words(err, stopped error) string {
	var sided *mirror.Error
	text := err.Error()
	switch {
	case stopped != nil && errors.Is(err, context.Canceled):
		text = stopped.Error()
	case errors.As(err, &sided) && sided.Side == mirror.Destination:
		text = sided.Cause()
	}
	return printable.Short(text, longestError)
}
