package jobs

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/batch/types"
)

// TagValue is tagValue, for tests.
func TagValue(text string) string { return tagValue(text) }

// Settle makes the queue look after d whether a job is there, for tests.
func (q *Queue) Settle(d time.Duration) *Queue {
	q.settle = d
	return q
}

// Forget makes the queue look at the job definition each time, for tests.
func (q *Queue) Forget() *Queue {
	q.active.lasts = 0
	return q
}

// TakesOptions is takesOptions, for tests.
func TakesOptions(d types.JobDefinition) bool { return takesOptions(d) }
