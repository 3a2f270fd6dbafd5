// Package jobledger is a mirror job's part in the ledger. Before a tag moves it asks whether the image is held, and
// after the copy it writes what became of the image at each destination: the digest, or the error in the registry's
// words.
//
// What can't be written is a warning, and never changes what the copy came to.
package jobledger

import (
	"strconv"
	"time"
)

// A Job is who writes outcomes.
type Job struct {
	ID      string
	Attempt int    // from 1
	Log     string // its log in CloudWatch Logs, GROUP:STREAM; "" if that is not known
}

// JobOf returns the job that a program is, by the id and the attempt that AWS Batch tells it. A program without an id
// is run by hand: it is one of its own each time.
func JobOf(id, attempt string, now time.Time) Job {
	if id == "" {
		return Job{ID: "by-hand-" + now.UTC().Format("20060102T150405.000Z"), Attempt: 1}
	}
	n, err := strconv.Atoi(attempt)
	if err != nil {
		n = 1
	}
	return Job{ID: id, Attempt: max(1, n)}
}
