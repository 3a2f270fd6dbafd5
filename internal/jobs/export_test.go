package jobs

import "time"

// TagValue is tagValue, for tests.
func TagValue(text string) string { return tagValue(text) }

// Settle makes the queue look after d whether a job is there, for tests.
func (q *Queue) Settle(d time.Duration) *Queue {
	q.settle = d
	return q
}
