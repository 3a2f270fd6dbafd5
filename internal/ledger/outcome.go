package ledger

import (
	"time"

	"github.com/opencontainers/go-digest"
)

// An Outcome is what became of an image at a destination, by the job that copied it. A job parses what strangers wrote,
// so nothing is deleted or published by an outcome alone.
type Outcome struct {
	Job     string        // the job's id; "" = there is no outcome
	Attempt int           // of the job, from 1
	Time    time.Time     // when the job had done with the image
	From    digest.Digest // the source's digest
	Digest  digest.Digest // what was written, or found in place; "" where it failed
	Error   string        // why it failed, in the registry's words; "" where it did not
	// Transient says that another try may help: Batch makes it by itself, or the next check.
	Transient bool
	// Held says that it failed because the image is held. That is no failure that counts: once it is released, the next
	// check submits another job.
	Held  bool
	Bytes int64         // that were sent
	Took  time.Duration // for the whole image
	Log   string        // the job's log in CloudWatch Logs, GROUP:STREAM; "" = not known
	// Verified says who has signed the image, when, and where in the log that is; "" where nobody was asked for.
	Verified string
}

// Failed reports whether the job failed for good.
func (o Outcome) Failed() bool { return o.Error != "" && !o.Transient && !o.Held }
