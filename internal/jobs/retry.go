package jobs

import (
	"context"
	"errors"
	"net"
	"net/http"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"golang.org/x/time/rate"
)

const (
	// perSecond is AWS Batch's quota of SubmitJob calls, for an account in a region.
	perSecond = 50
	// attempts is how often a call is made at most. The SDK's own 3 do not last out
	// other clients that use up the quota.
	attempts = 8
)

// patiently has calls that only read tried as often as SubmitJob, unless the
// configuration says how often.
func patiently(o *batch.Options) {
	if o.RetryMaxAttempts == 0 {
		o.RetryMaxAttempts = attempts
	}
}

// A submitter is the SDK's retryer for SubmitJob. It keeps every attempt, so retries
// too, to the quota. Of what the SDK retries it retries only what surely had no effect.
type submitter struct {
	aws.RetryerV2
	pace *rate.Limiter
}

func newSubmitter() aws.Retryer {
	return submitter{
		pace: rate.NewLimiter(perSecond, 1),
		RetryerV2: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = attempts
			o.RateLimiter = ratelimit.None // the pace limits them already
			o.Retryables = []retry.IsErrorRetryable{
				retry.NoRetryCanceledError{}, retry.IsErrorRetryableFunc(withoutEffect),
			}
		}),
	}
}

// GetAttemptToken waits until the next attempt may be made.
func (s submitter) GetAttemptToken(ctx context.Context) (func(error) error, error) {
	if err := s.pace.Wait(ctx); err != nil {
		return nil, err
	}
	return s.RetryerV2.GetAttemptToken(ctx)
}

// withoutEffect tells that the call was one too many, or that it never reached Batch
// and may yet: not where nobody listens, or the host does not exist.
func withoutEffect(err error) aws.Ternary {
	var dns *net.DNSError
	switch {
	case throttled(err):
		return aws.TrueTernary
	case errors.Is(err, syscall.ECONNREFUSED), errors.As(err, &dns) && dns.IsNotFound:
		return aws.FalseTernary
	}
	return aws.BoolTernary(dialing(err))
}

func throttled(err error) bool {
	return retry.ThrottleErrorCode{Codes: retry.DefaultThrottleErrorCodes}.IsErrorThrottle(err) == aws.TrueTernary ||
		status(err) == http.StatusTooManyRequests
}

func dialing(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// status returns the HTTP status of the reply, 0 if there was none.
func status(err error) int {
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}

// uncertain reports whether the call that failed so may have had its effect: it was sent,
// and what came back, if anything, is neither a result nor a refusal.
func uncertain(err error) bool {
	if throttled(err) {
		return false
	}
	if status := status(err); status != 0 {
		return status < 400 || status >= 500
	}
	var sending *smithyhttp.RequestSendError
	return errors.As(err, &sending) && !dialing(err)
}
