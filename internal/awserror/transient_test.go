package awserror_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"testing"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"ecrmirror/internal/awserror"
	"ecrmirror/internal/transient"
)

// answer is an answer of AWS with an HTTP status and a code.
func answer(status int, code string) error {
	return &smithy.OperationError{ServiceID: "Batch", OperationName: "SubmitJob", Err: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}},
		Err:      &smithy.GenericAPIError{Code: code},
	}}
}

// unsent is a call that got no answer.
func unsent(err error) error {
	return &smithy.OperationError{ServiceID: "Batch", OperationName: "SubmitJob", Err: &smithyhttp.RequestSendError{
		Err: &url.Error{Op: "Post", URL: "https://host", Err: err},
	}}
}

func TestTransient(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"nil", nil, false},
		{"throttled", answer(400, "ThrottlingException"), true},
		{"throttled, as ECR has it", answer(400, "ThrottleException"), true},
		{"a limit, which is a rate with most services", answer(400, "LimitExceededException"), true},
		{"by status", answer(429, "UnknownError"), true},
		{"server", answer(503, "UnknownError"), true},
		{"login ended", answer(400, "ExpiredTokenException"), true},
		{"denied", answer(400, "AccessDeniedException"), false},
		{"denied, whatever the message says", answer(400, "StatusCode: 429, connection reset"), false},
		{"gone", answer(404, "ResourceNotFoundException"), false},
		{"answer that is none", &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: 502}}, Err: errors.New("not JSON"),
		}, true},
		{"broke off", unsent(io.EOF), true},
		{"unknown cause", unsent(errors.New("x")), true},
		{"no such host", unsent(&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}), false},
		{"certificate", unsent(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), false},
		{"cancelled", &smithy.CanceledError{Err: context.Canceled}, false},
		{"out of time", fmt.Errorf("call: %w", context.DeadlineExceeded), true},
		{"nothing of AWS's", errors.New("connection reset"), false},
	} {
		if got := awserror.Transient(c.err); got != c.want {
			t.Errorf("%s: %v: got %v", c.name, c.err, got)
		}
		if c.err == nil {
			continue
		}
		if got := transient.Is(fmt.Errorf("submitting: %w", awserror.Plain(c.err))); got != c.want {
			t.Errorf("%s, in plain words: got %v", c.name, got)
		}
	}
}
