package mirror

import (
	"context"
	"sync"
	"time"
)

// lateAnswer is how long the answers of destinations are waited for once the source has answered, counted from the
// last one that came. What a destination holds saves work at most, so those that have answered need not wait for it.
const lateAnswer = 5 * time.Second

// answers stops the asking when those that are left are late.
type answers struct {
	stop context.CancelFunc

	mu     sync.Mutex
	source bool        // has answered
	some   bool        // of the destinations have
	late   *time.Timer // nil before both
}

func (a *answers) bySource() { a.came(&a.source) }

func (a *answers) byDestination() { a.came(&a.some) }

func (a *answers) came(from *bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	*from = true
	switch {
	case !a.source || !a.some:
	case a.late == nil:
		a.late = time.AfterFunc(lateAnswer, a.stop)
	default:
		a.late.Reset(lateAnswer)
	}
}
