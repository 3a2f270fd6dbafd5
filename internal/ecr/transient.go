package ecr

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"ecrmirror/internal/chunked"
)

// transientCodes are the codes, beside those for throttling, that come with a 4xx status, or within
// an answer, and pass.
var transientCodes = map[string]bool{
	"ThrottleException": true,
	"ServerException":   true,
	// Credentials that were good for a time. Who runs the program again gives it new ones.
	"ExpiredTokenException": true,
	"ExpiredToken":          true,
	"RequestExpired":        true,
	// The registry behind a pull-through cache.
	"UnableToGetUpstreamImageException": true,
	"UnableToGetUpstreamLayerException": true,
	"UpstreamTooManyRequests":           true,
	"UpstreamUnavailable":               true,
}

// Transient reports whether what failed with err may succeed at a later time: err is throttling, a
// failure of AWS (5xx), of the network, or of the registry behind a pull-through cache. A cancelled
// context is not transient, and neither is [ErrRepositoryIncomplete], whatever its cause.
func Transient(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, ErrRepositoryIncomplete) {
		return false
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		return transientAnswer(err, api.ErrorCode())
	}
	var status *chunked.StatusError
	if errors.As(err, &status) {
		return status.Temporary()
	}
	if errors.Is(err, ErrUploadNotFound) {
		return true
	}
	return !unreachable(err) && (chunked.Transient(err) || transientNetwork(err))
}

func transientAnswer(err error, code string) bool {
	if code == "LimitExceededException" { // ECR's quotas, not its rates
		return false
	}
	_, throttled := retry.DefaultThrottleErrorCodes[code]
	_, retryable := retry.DefaultRetryableErrorCodes[code]
	if throttled || retryable || transientCodes[code] || errors.Is(err, ErrUploadNotFound) {
		return true
	}
	var response *awshttp.ResponseError
	if !errors.As(err, &response) {
		return false
	}
	status := response.HTTPStatusCode()
	return status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
}

// unreachable reports whether a host has no address, or is not the one it should be.
func unreachable(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		dns         *net.DNSError
	)
	return errors.As(err, &certificate) || errors.As(err, &dns) && dns.IsNotFound
}

func transientNetwork(err error) bool {
	var (
		dns     *net.DNSError
		op      *net.OpError
		timeout net.Error
		unsent  *smithyhttp.RequestSendError
	)
	return errors.As(err, &dns) || errors.As(err, &op) || errors.As(err, &unsent) ||
		errors.As(err, &timeout) && timeout.Timeout() ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}
