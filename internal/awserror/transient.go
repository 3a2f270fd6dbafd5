package awserror

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"

	"ecrmirror/internal/transient"
)

// passing are the codes, beside the SDK's own for throttling and time-outs, that come with a 4xx status, or within an
// answer, and pass.
var passing = map[string]bool{
	"ThrottleException": true,
	"ServerException":   true,
	// Credentials that were good for a time. Who runs the program again gives it new ones.
	"ExpiredTokenException": true,
	"ExpiredToken":          true,
	"RequestExpired":        true,
}

// Transient reports whether a call of AWS's that failed with err may succeed at a later time: it was throttled, or AWS
// (5xx) or the network failed. What AWS answered decides where there is an answer. The SDK's own list of what it makes
// again looks for "connection reset" and the like in texts (aws/retry, RetryableConnectionError); this does not.
func Transient(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return transientAnswer(err, api.ErrorCode())
	}
	if helps, said := transient.Says(err); said {
		return helps
	}
	return unanswered(err)
}

func transientAnswer(err error, code string) bool {
	_, throttled := retry.DefaultThrottleErrorCodes[code]
	_, retryable := retry.DefaultRetryableErrorCodes[code]
	if throttled || retryable || passing[code] {
		return true
	}
	status := httpStatus(err)
	return status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
}

// unanswered reports whether the SDK says itself that a call got no answer, or that it may be made again.
func unanswered(err error) bool {
	var unsent interface{ ConnectionError() bool }
	var again interface{ RetryableError() bool }
	return errors.As(err, &unsent) && unsent.ConnectionError() ||
		errors.As(err, &again) && again.RetryableError() ||
		httpStatus(err) == http.StatusTooManyRequests || httpStatus(err) >= http.StatusInternalServerError
}

// httpStatus returns the HTTP status of AWS's answer, 0 if there was none.
func httpStatus(err error) int {
	var response interface{ HTTPStatusCode() int }
	if errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}
