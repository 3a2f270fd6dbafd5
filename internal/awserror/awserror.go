// Package awserror tells an error of AWS in the words of AWS, without the names of the SDK's layers.
package awserror

import (
	"errors"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// Text returns AWS's code, message and request id, or the cause of a call that got no answer.
func Text(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		var operation *smithy.OperationError
		if errors.As(err, &operation) {
			return operation.Err.Error()
		}
		return err.Error()
	}
	s := strings.TrimSuffix(api.ErrorCode()+": "+api.ErrorMessage(), ": ")
	var response *awshttp.ResponseError
	if errors.As(err, &response) && response.ServiceRequestID() != "" {
		s += " (request id " + response.ServiceRequestID() + ")"
	}
	return s
}

// Plain returns an error that wraps err and whose text is [Text].
func Plain(err error) error { return &plain{err} }

type plain struct{ err error }

func (e *plain) Error() string { return Text(e.err) }

// Transient reports whether another try may help; see [Transient].
func (e *plain) Transient() bool { return Transient(e.err) }

// Unwrap returns the SDK's error.
func (e *plain) Unwrap() error { return e.err }
