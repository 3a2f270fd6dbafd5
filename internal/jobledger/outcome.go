package jobledger

import (
	"context"
	"errors"
	"strings"
	"time"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/request"
	"ecrmirror/internal/verify/verdict"
)

// How many bytes texts have at most, so that a record stays small.
const (
	longestError    = 500
	longestVerified = 300
)

// A Record is what became of an image at a destination.
type Record struct {
	Destination imagename.Name
	Outcome     ledger.Outcome
}

// Outcomes returns what a report says of each destination in a registry; the ledger has no others. One about artifacts
// alone says nothing of what destinations hold. Of a copy that was stopped, for the reason given, no failure is for
// good; stopped is nil of one that ended by itself.
func Outcomes(report *mirror.Report, job Job, stopped error, now time.Time) []Record {
	if report.Kind == request.Artifacts {
		return nil
	}
	var records []Record
	for _, r := range report.Results {
		if r.Name.IsOnDisk() {
			continue
		}
		o := ledger.Outcome{
			Job: job.ID, Attempt: job.Attempt, Log: job.Log, Time: now, From: report.SourceDigest,
			Digest: r.Digest, Bytes: r.BytesSent, Took: report.Elapsed,
		}
		if r.State != mirror.Failed {
			o.Verified = proofs(report.Verified)
		}
		if r.Err != nil {
			o.Error, o.Transient = words(r.Err, stopped), r.Transient || stopped != nil
			_, o.Held = errors.AsType[*ledger.HeldError](r.Err)
		}
		records = append(records, Record{Destination: r.Name, Outcome: o})
	}
	return records
}

// proofs returns who has signed an image.
func proofs(verified []verdict.Proof) string {
	texts := make([]string, len(verified))
	for i, p := range verified {
		texts[i] = p.String()
	}
	return printable.Short(strings.Join(texts, "; "), longestVerified)
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
