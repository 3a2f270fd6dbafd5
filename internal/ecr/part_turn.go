package ecr

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/smithy-go/middleware"
)

// errBegunAgain says that a call was made ready for an upload that ECR forgot meanwhile.
var errBegunAgain = errors.New("the upload was begun again")

// inTurn makes one call wait, ready and signed, until the channel is closed; nil is at once. It is not
// sent if it is of no use any more by then. A signature is good for 5 minutes, and made anew if it
// gets too old: the SDK takes that for an error of the clock, and retries.
func inTurn(turn <-chan struct{}, stillOfUse func() bool) func(*ecr.Options) {
	wait := middleware.FinalizeMiddlewareFunc("WaitForTurn", func(
		ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
	) (middleware.FinalizeOutput, middleware.Metadata, error) {
		if turn != nil {
			select {
			case <-turn:
			case <-ctx.Done():
				return middleware.FinalizeOutput{}, middleware.Metadata{}, context.Cause(ctx)
			}
		}
		if !stillOfUse() {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, errBegunAgain
		}
		return next.HandleFinalize(ctx, in)
	})
	return func(o *ecr.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Finalize.Insert(wait, "Signing", middleware.After)
		})
	}
}
