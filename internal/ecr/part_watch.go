package ecr

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/smithy-go/middleware"
)

// errPartStalled says that nothing of a part moved for too long. It is a time-out to those who ask by
// net.Error, so the SDK sends the part again.
var errPartStalled = &partStalledError{}

type partStalledError struct{}

func (*partStalledError) Error() string   { return "sending a part: no progress for too long" }
func (*partStalledError) Timeout() bool   { return true }
func (*partStalledError) Transient() bool { return true }

// A partWatch ends an attempt to send a part in which nothing moves for the stall time-out. The time
// that the part waits for its turn does not count.
type partWatch struct {
	stall time.Duration

	mu    sync.Mutex
	timer *time.Timer // nil while no attempt is on its way
}

// moved notes that some of the part was sent.
func (w *partWatch) moved() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Reset(w.stall)
	}
}

// call watches over each attempt of one call. It comes after inTurn.
func (w *partWatch) call(o *ecr.Options) {
	watch := middleware.FinalizeMiddlewareFunc("WatchPart", func(
		ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
	) (middleware.FinalizeOutput, middleware.Metadata, error) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		w.begin(cancel)
		defer w.end()
		out, metadata, err := next.HandleFinalize(ctx, in)
		if err != nil && errors.Is(context.Cause(ctx), errPartStalled) {
			err = errPartStalled
		}
		return out, metadata, err
	})
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(watch, "WaitForTurn", middleware.After)
	})
}

func (w *partWatch) begin(stalled context.CancelCauseFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(w.stall, func() { stalled(errPartStalled) })
}

func (w *partWatch) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer.Stop()
	w.timer = nil
}
